namespace Whydrop.Capture.Tests;

/// <summary>Needs the command zstd to make files and libzstd.so.1 to read them.</summary>
internal static class ZstdTools
{
    public static string? Missing { get; } =
        !ZstdStream.Available ? "libzstd.so.1 is not here (Debian package libzstd1)"
        : !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "zstd"))) ? "the command zstd is not here (Debian package zstd)"
        : null;
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class ZstdFactAttribute : FactAttribute
{
    public ZstdFactAttribute() => Skip = ZstdTools.Missing;
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class ZstdTheoryAttribute : TheoryAttribute
{
    public ZstdTheoryAttribute() => Skip = ZstdTools.Missing;
}
