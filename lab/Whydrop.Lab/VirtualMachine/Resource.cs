namespace Whydrop.Lab.VirtualMachine;

/// <summary>A script that is part of this assembly: the command works also where the source tree is not.</summary>
internal static class Resource
{
    /// <summary>Its bytes.</summary>
    public static byte[] Read(string name)
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"no resource {name}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
