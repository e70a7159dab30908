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
        new(Uptime());

    /// <summary>The lines since then, as dmesg prints them, from the first to the last that matches; none when none does.</summary>
    public IReadOnlyList<string> Lines(Regex own)
    {
        var lines = Tool.Run("dmesg", []).OrThrow().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => Stamp().Match(line) is { Success: true } m && double.Parse(m.Groups["t"].Value, CultureInfo.InvariantCulture) >= since)
            .ToList();
        var first = lines.FindIndex(line => own.IsMatch(line));
        return first < 0 ? [] : lines.GetRange(first, lines.FindLastIndex(line => own.IsMatch(line)) - first + 1);
    }

    /// <summary>Lines of dmesg as <c>dmesg --time-format iso</c> prints them: by the clock of now.</summary>
    /// <param name="lines">With their times since boot.</param>
    public static string[] Dated(IEnumerable<string> lines)
    {
        var boot = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(Uptime());
        return [.. lines.Select(line => line.Split(']', 2)).Select(parts =>
            $"{(boot + TimeSpan.FromSeconds(double.Parse(parts[0].TrimStart('['), CultureInfo.InvariantCulture))).ToString("yyyy-MM-dd'T'HH:mm:ss,ffffffzzz", CultureInfo.InvariantCulture)}{parts[1]}")];
    }

    private static double Uptime() => double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\[\s*(?<t>\d+\.\d+)\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Stamp();
}
