using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Settings;

/// <summary>
/// "sysctl -a", "sysctl KEY…", and "grep . /proc/sys/…". A text with comments between its settings, indented settings, or settings without a blank
/// before '=' is a configuration file, for the tool prints "key = value" only: what it asks for is not what the kernel has, so it gives a gap and no fact.
/// </summary>
public sealed class SysctlReader : Reader
{
    // The directories of /proc/sys; a key elsewhere is no kernel setting.
    private static readonly HashSet<string> Roots = new(StringComparer.Ordinal)
    {
        "abi", "crypto", "debug", "dev", "fs", "fscache", "kernel", "net", "sunrpc", "user", "vm", "xen", "reiserfs",
    };

    /// <inheritdoc />
    public override string Id => "sysctl";

    /// <inheritdoc />
    public override string Reads => "sysctl -a, sysctl KEY…, grep . /proc/sys/…: kernel settings";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        sample.Any(l => Setting(l.TrimStart()) is not null) ? sample.Share(l => Setting(l.TrimStart()) is not null || IsRefused(l) || IsComment(l), 90) : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => Setting(line) is not null || IsRefused(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        if (Configuration(file) is { } written)
        {
            findings.Gap(written, GapKind.Unsupported, "a sysctl configuration file: what it asks for is not what the kernel has (collect sysctl -a)");
            return;
        }

        var refused = 0;
        var firstRefused = 0;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || IsComment(line.Text))
            {
                continue;
            }

            if (Setting(line.Text) is { } setting)
            {
                findings.Add(new Sysctl(findings.At, findings.From(line.Number), setting.Key, setting.Value));
            }
            else if (IsRefused(line.Text))
            {
                firstRefused = refused++ == 0 ? line.Number : firstRefused;
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "sysctl");
            }
        }

        if (refused > 0)
        {
            findings.Gap(firstRefused, GapKind.Unreadable, $"sysctl could not read {refused} keys, the first: {Findings.Quote(file.Lines.First(l => l.Number == firstRefused).Text)}");
        }
    }

    private static int? Configuration(TextFile file)
    {
        var settings = false;
        foreach (var line in file.Lines)
        {
            if ((settings && IsComment(line.Text)) || IsWrittenByHand(line.Text))
            {
                return line.Number;
            }

            settings |= Setting(line.Text) is not null;
        }

        return null;
    }

    private static bool IsComment(string line) => line.AsSpan().TrimStart() is ['#' or ';', ..];

    // "net.ipv4.ip_forward=1", "  net.ipv4.ip_forward = 1"
    private static bool IsWrittenByHand(string line)
    {
        var text = line.TrimStart();
        return text.Length > 0 && text[0] != '/' && Setting(text) is not null && (text.Length < line.Length || text[text.IndexOf('=') - 1] != ' ');
    }

    // "sysctl: permission denied on key 'fs.protected_fifos'", "sysctl: reading key "net.ipv6.conf.all.stable_secret""
    private static bool IsRefused(string line) =>
        line.StartsWith("sysctl: ", StringComparison.Ordinal) || line.StartsWith("error: permission denied on key", StringComparison.Ordinal) || line.StartsWith("error: \"", StringComparison.Ordinal);

    private static (string Key, string Value)? Setting(string line)
    {
        if (line.Length < 5 || !char.IsAsciiLetterLower(line[0]) && !line.StartsWith("/proc/sys/", StringComparison.Ordinal))
        {
            return null;
        }

        if (line[0] == '/')
        {
            var colon = line.IndexOf(':');
            return colon > SysctlKey.Folder.Length + 1 && SysctlKey.OfPath(line[..colon]) is { } fromPath ? (fromPath, SysctlKey.Fold(line[(colon + 1)..])) : null;
        }

        var equals = line.IndexOf('=');
        if (equals < 4)
        {
            return null;
        }

        var key = line[..equals].TrimEnd();
        var dot = key.IndexOf('.');
        return dot > 1 && Roots.Contains(key[..dot]) && key.Length is > 4 and < 200 && !key.Contains(' ') && key.Length > dot + 1 ? (key, SysctlKey.Fold(line[(equals + 1)..])) : null;
    }
}
