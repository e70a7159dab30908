using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>/proc/net/snmp6, and /proc/net/dev_snmp6/DEVICE, which begins with "ifIndex" and counts for one device only.</summary>
public sealed class ProcNetSnmp6Reader : Reader
{
    /// <inheritdoc />
    public override string Id => "proc-net-snmp6";

    /// <inheritdoc />
    public override string Reads => "/proc/net/snmp6, /proc/net/dev_snmp6/DEVICE: IPv6 counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(l => Line(l) is not null || IsIndex(l), 97);

    /// <inheritdoc />
    public override bool Opens(string line) => IsIndex(line) || Line(line) is { Group: "Ip6", Name: "InReceives" };

    private protected override void Read(TextFile file, Findings findings)
    {
        var groups = new HashSet<string>(StringComparer.Ordinal);
        string? device = null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (IsIndex(line.Text))
            {
                device = Device(file.Subject);
                if (device is null)
                {
                    findings.Gap(line.Number, GapKind.Unsupported, "IPv6 counters of one device, which only the file's name tells (dev_snmp6/DEVICE)");
                    return;
                }
            }
            else if (Line(line.Text) is { } counter)
            {
                if (groups.Add(counter.Group))
                {
                    findings.Section(line.Number, device, counter.Group, omitsZeros: false);
                }

                findings.Counter(line.Number, device, $"{counter.Group}.{counter.Name}", counter.Value);
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/net/snmp6");
            }
        }
    }

    private static bool IsIndex(string line) => line.StartsWith("ifIndex", StringComparison.Ordinal) && new Words(line) is { Count: 2 } words && Words.Number(words[1]) is not null;

    private static string? Device(string path)
    {
        const string Folder = "dev_snmp6/";
        var at = path.LastIndexOf(Folder, StringComparison.Ordinal);
        return at >= 0 && path.Length > at + Folder.Length ? path[(at + Folder.Length)..] : null;
    }

    private static (string Group, string Name, long Value)? Line(string line)
    {
        if (line.Length is < 6 or > 120 || line[0] is not ('I' or 'U'))
        {
            return null;
        }

        var words = new Words(line);
        return words.Count == 2 && CounterGroups.Split(words[0]) is { } name && name.Group.EndsWith('6') && Words.Number(words[1]) is { } value
            ? (name.Group, name.Name, value) : null;
    }
}
