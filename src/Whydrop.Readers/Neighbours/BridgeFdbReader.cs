using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Neighbours;

/// <summary>"bridge fdb" with any of -s and -d; with "dev X" it does not print the device.</summary>
public sealed class BridgeFdbReader : EntryReader
{
    // Words that stand alone (bridge/fdb.c print_fdb); all others are followed by a value.
    private static readonly HashSet<string> Flags = new(StringComparer.Ordinal)
    {
        "self", "router", "extern_learn", "offload", "sticky", "locked", "permanent", "static", "stale", "activity_notify", "inactive",
    };

    /// <inheritdoc />
    public override string Id => "bridge-fdb";

    /// <inheritdoc />
    public override string Reads => "bridge [-s] [-d] fdb: which link-layer address is behind which port or tunnel end";

    private protected override string Output => "bridge fdb";

    private protected override int Certainty => 92;

    private protected override GapKind Otherwise => GapKind.Malformed;

    private protected override void Read(TextLine line, Words words, Findings findings) => findings.Add(new ForwardingEntry(
        findings.On(words.After("dev")), findings.From(line.Number), AddressText.Mac(words[0])!, AddressText.Address(words.After("dst")), words.NumberAfter("port"), words.NumberAfter("vni"),
        words.After("via"), words.After("master"), words.NumberAfter("vlan"), Alone(words)));

    private static string Alone(Words words)
    {
        var alone = new List<string>();
        for (var i = 1; i < words.Count; i++)
        {
            if (Flags.Contains(words[i]))
            {
                alone.Add(words[i]);
            }
            else
            {
                i++;
            }
        }

        return string.Join(' ', alone);
    }

    // "02:… dev eth0 vlan 10 master br0 permanent", "00:… dev vx dst 10.0.0.2 self permanent", with "dev vx": "00:… dst 10.0.0.2 self permanent"
    private protected override bool IsEntry(string line)
    {
        if (line.Length < 20 || !char.IsAsciiHexDigit(line[0]))
        {
            return false;
        }

        var words = new Words(line.Length > 400 ? line[..400] : line);
        return AddressText.Mac(words[0]) is not null && (words[1] is "dev" or "dst" or "vlan" or "master" or "used" || Flags.Contains(words[1]))
            && (words.Has("self") || words.Has("master") || words.Has("dst") || Flags.Contains(words.Last));
    }
}
