using System.Globalization;
using System.Text.RegularExpressions;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Collection;

/// <summary>What the kernel said since a moment. The log is the machine's: a pattern keeps the lines of this run.</summary>
public sealed partial class KernelLog
{
    private readonly double since;

    private KernelLog(double since) => this.since = since;

    /// <summary>From now on.</summary>
    public static KernelLog FromNow() =>
        new(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>The lines since then, as dmesg prints them, from the first to the last that matches; none when none does.</summary>
    public IReadOnlyList<string> Lines(Regex own)
    {
        var lines = Tool.Run("dmesg", []).OrThrow().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => Stamp().Match(line) is { Success: true } m && double.Parse(m.Groups["t"].Value, CultureInfo.InvariantCulture) >= since)
            .ToList();
        var first = lines.FindIndex(line => own.IsMatch(line));
        return first < 0 ? [] : lines.GetRange(first, lines.FindLastIndex(line => own.IsMatch(line)) - first + 1);
    }

    /// <summary>A line of dmesg as <c>dmesg --time-format iso</c> prints it.</summary>
    /// <param name="line">The line with its time since boot.</param>
    /// <param name="boot">When this machine was booted, by its clock of now.</param>
    public static string Dated(string line, DateTimeOffset boot)
    {
        var parts = line.Split(']', 2);
        return $"{(boot + TimeSpan.FromSeconds(double.Parse(parts[0].TrimStart('['), CultureInfo.InvariantCulture))).ToString("yyyy-MM-dd'T'HH:mm:ss,ffffffzzz", CultureInfo.InvariantCulture)}{parts[1]}";
    }

    [GeneratedRegex(@"^\[\s*(?<t>\d+\.\d+)\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Stamp();
}
