using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Neighbours;

/// <summary>"ip neigh" with any of -s.</summary>
public sealed class IpNeighReader : EntryReader
{
    /// <inheritdoc />
    public override string Id => "ip-neigh";

    /// <inheritdoc />
    public override string Reads => "ip [-s [-s]] neigh: ARP and ND entries with their state";

    private protected override string Output => "ip neigh";

    private protected override GapKind Otherwise => GapKind.Malformed;

    private protected override void Read(TextLine line, Words words, Findings findings)
    {
        if (State(words) is { } state)
        {
            var mac = words.After("lladdr");
            findings.Add(new Neighbour(findings.On(words.After("dev")), findings.From(line.Number), AddressText.Address(words[0])!, AddressText.Mac(mac) ?? mac, state));
        }
        else if (words.Has("proxy"))
        {
            findings.Gap(line.Number, GapKind.Unsupported, $"a proxy entry, not a neighbour: {Findings.Quote(line.Text)}");
        }
        else
        {
            findings.Gap(line.Number, GapKind.Malformed, $"no state in {Findings.Quote(line.Text)}");
        }
    }

    // "10.0.0.1 dev eth0 lladdr 02:… ref 1 used 10/5/5 probes 1 REACHABLE", "fe80::1 dev eth0 lladdr … router STALE extern_learn"
    private protected override bool IsEntry(string line)
    {
        if (line.Length < 8 || (!char.IsAsciiHexDigit(line[0]) && line[0] != ':'))
        {
            return false;
        }

        var words = new Words(line.Length > 400 ? line[..400] : line);
        return AddressText.Address(words[0]) is not null && (words.Count == 2 || words[1] is "dev" or "lladdr") && (State(words) is not null || words[3] == "lladdr" || words.Last == "proxy");
    }

    private static string? State(Words words)
    {
        for (var i = words.Count - 1; i > 0; i--)
        {
            if (NeighbourStates.Contains(words[i]) && words[i - 1] != "dev")
            {
                return words[i];
            }
        }

        return null;
    }
}
