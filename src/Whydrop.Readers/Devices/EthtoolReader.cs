using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Devices;

/// <summary>
/// ethtool and its -S, -k, -g, -i, -c, -l, -a. Most outputs name their device in the first line; "NIC statistics:" and "driver: …" do not: the command
/// or, in a case, the file's name tells.
/// </summary>
public sealed class EthtoolReader : Reader
{
    private const string Statistics = "NIC statistics:";
    private const string Maximums = "Pre-set maximums:";
    private const string Current = "Current hardware settings:";

    private static readonly (string Heading, string Group)[] Headings =
    [
        ("Features for ", "features"), ("Offload parameters for ", "features"), ("Ring parameters for ", "ring"), ("Coalesce parameters for ", "coalesce"), ("Channel parameters for ", "channels"),
        ("Pause parameters for ", "pause"), ("Private flags for ", "private-flags"), ("Settings for ", "link"),
    ];

    // What ethtool says when the driver has no answer; it is no lack of evidence.
    private static readonly string[] Refusals =
    [
        "no stats available", "netlink error: ", "Cannot get ", "No data available", "Operation not supported", "ethtool: bad command line", "For more information run ethtool",
    ];

    /// <inheritdoc />
    public override string Id => "ethtool";

    /// <inheritdoc />
    public override string Reads => "ethtool DEVICE, ethtool -S, -k, -g, -i, -c, -l, -a: statistics of the driver, offloads, rings, channels";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        sample.Any(l => Heading(l) is not null || l == Statistics) ? 94
        : sample.Any(l => l.StartsWith("driver: ", StringComparison.Ordinal)) && sample.Any(l => l.StartsWith("bus-info:", StringComparison.Ordinal)) ? 94
        : sample.CountOf(IsRefusal) == sample.Lines.Count ? 60 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => Heading(line) is not null || line == Statistics || line.StartsWith("driver: ", StringComparison.Ordinal) || line.StartsWith("Cannot get ", StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        var asked = Asked(file.Command);
        var (group, device, suffix) = ((string?)null, asked, "");
        foreach (var line in file.Lines)
        {
            var text = line.Text.Trim();
            if (text.Length == 0 || text[0] == '#' || IsRefusal(text))
            {
                continue;
            }

            if (Heading(line.Text) is { } heading)
            {
                (group, device, suffix) = (heading.Group, heading.Device, "");
            }
            else if (text == Statistics)
            {
                (group, device, suffix) = ("statistics", asked, "");
                findings.Section(line.Number, device, "Ethtool", omitsZeros: false);
            }
            else if (text is Maximums or Current)
            {
                suffix = text == Maximums ? " maximum" : "";
            }
            else if (text.StartsWith("driver: ", StringComparison.Ordinal) && !char.IsWhiteSpace(line.Text[0]))
            {
                (group, device, suffix) = ("driver", asked, "");
                Setting(group, device, suffix, line, text, findings);
            }
            else if (group == "statistics")
            {
                Statistic(device, line, text, findings);
            }
            else
            {
                Setting(group, device, suffix, line, text, findings);
            }
        }
    }

    private static void Setting(string? group, string? device, string suffix, TextLine line, string text, Findings findings)
    {
        var colon = text.IndexOf(':');
        if (group is null || colon <= 0)
        {
            // Lists of link modes and message levels run on over several lines.
            if (group != "link")
            {
                findings.NotUnderstood(line.Number, line.Text, "ethtool");
            }

            return;
        }

        // "Adaptive RX: off  TX: off"
        if (group == "coalesce" && text.StartsWith("Adaptive RX:", StringComparison.Ordinal) && text.IndexOf("TX:", StringComparison.Ordinal) is var second and > 0)
        {
            Add("Adaptive RX", text[(colon + 1)..second]);
            Add("Adaptive TX", text[(second + 3)..]);
            return;
        }

        Add(text[..colon].TrimEnd() + suffix, text[(colon + 1)..]);

        void Add(string key, string value) => findings.Add(new DeviceSetting(findings.On(device), findings.From(line.Number), group, key, value.Trim()));
    }

    // "     rx_missed_errors: 401", "     [3]: rx_ucast_packets: 12"
    private static void Statistic(string? device, TextLine line, string text, Findings findings)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && Words.Number(text[(colon + 1)..].Trim()) is { } value)
        {
            findings.Counter(line.Number, device, $"Ethtool.{text[..colon].TrimEnd()}", value);
        }
        else if (colon != text.Length - 1)
        {
            // A line that ends with ':' only heads the next ones.
            findings.NotUnderstood(line.Number, line.Text, "ethtool -S");
        }
    }

    private static (string Group, string Device)? Heading(string line)
    {
        if (line.Length > 100 || !line.TrimEnd().EndsWith(':'))
        {
            return null;
        }

        foreach (var (heading, group) in Headings)
        {
            if (line.StartsWith(heading, StringComparison.Ordinal) && line.TrimEnd()[heading.Length..^1] is { Length: > 0 } device && !device.Contains(' '))
            {
                return (group, device);
            }
        }

        return null;
    }

    private static bool IsRefusal(string line) => Array.Exists(Refusals, r => line.StartsWith(r, StringComparison.Ordinal)) && line.Length < 200;

    // "ethtool -S eth0"
    private static string? Asked(string? command)
    {
        if (command is null || !command.StartsWith("ethtool", StringComparison.Ordinal))
        {
            return null;
        }

        var words = new Words(command);
        return words.Count > 1 && !words.Last.StartsWith('-') ? words.Last : null;
    }
}
