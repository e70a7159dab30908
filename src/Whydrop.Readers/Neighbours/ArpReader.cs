using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Neighbours;

/// <summary>
/// "arp -n" and "arp -a" of net-tools and busybox, and /proc/net/arp. They tell only whether an entry is resolved: a resolved one is given
/// the state "VALID" (the kernel's NUD_VALID: REACHABLE, STALE, DELAY, PROBE …), a pinned one "PERMANENT", any other "INCOMPLETE", which includes FAILED.
/// </summary>
public sealed class ArpReader : Reader
{
    private const string Valid = "VALID";
    private const string Permanent = "PERMANENT";
    private const string Incomplete = "INCOMPLETE";

    private const string Published = "PUBLISHED";

    // include/uapi/linux/if_arp.h ATF_COM, ATF_PERM, ATF_PUBL
    private const int Complete = 0x02;
    private const int Pinned = 0x04;
    private const int Public = 0x08;

    /// <inheritdoc />
    public override string Id => "arp";

    /// <inheritdoc />
    public override string Reads => "arp -n, arp -a, /proc/net/arp: ARP entries";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        sample.Any(l => IsTableTitle(l) || IsProcTitle(l)) ? 95 : sample.Share(IsListed, 90);

    /// <inheritdoc />
    public override bool Opens(string line) => IsTableTitle(line) || IsProcTitle(line) || IsListed(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var proc = false;
        foreach (var line in file.Lines)
        {
            var text = line.Text;
            if (string.IsNullOrWhiteSpace(text) || text.StartsWith("Entries:", StringComparison.Ordinal))
            {
                continue;
            }

            if (IsTableTitle(text) || IsProcTitle(text))
            {
                proc = IsProcTitle(text);
                continue;
            }

            var words = new Words(text);
            var entry = IsListed(text) ? Listed(words) : proc ? Proc(words) : Table(words);
            if (entry is not { } e)
            {
                findings.NotUnderstood(line.Number, text, "ARP entries");
            }
            else if (e.State == Published)
            {
                findings.Gap(line.Number, GapKind.Unsupported, $"a proxy entry, not a neighbour: {Findings.Quote(text)}");
            }
            else if (AddressText.Address(e.Address) is { } address)
            {
                findings.Add(new Neighbour(findings.On(e.Device), findings.From(line.Number), address, e.Mac, e.State));
            }
            else
            {
                findings.Gap(line.Number, GapKind.Unsupported, $"a name in place of an address, print it with -n: {Findings.Quote(text)}");
            }
        }
    }

    private static bool IsTableTitle(string line) =>
        line.StartsWith("Address ", StringComparison.Ordinal) && line.Contains("HWtype", StringComparison.Ordinal) && line.Contains("HWaddress", StringComparison.Ordinal);

    private static bool IsProcTitle(string line) =>
        line.StartsWith("IP address ", StringComparison.Ordinal) && line.Contains("HW address", StringComparison.Ordinal);

    // "? (10.0.0.1) at 02:… [ether] on eth0", "? (10.0.0.5) at <incomplete> on eth0", busybox: "? (10.0.0.1) at 02:… [ether]  on eth0"
    private static bool IsListed(string line) =>
        line.Length is > 16 and < 400 && line.Contains(") at ", StringComparison.Ordinal) && line.Contains(" on ", StringComparison.Ordinal) && Listed(new Words(line)) is not null;

    private static (string Address, string? Mac, string State, string Device)? Listed(Words words)
    {
        if (!words[1].StartsWith('(') || !words[1].EndsWith(')') || words[2] != "at" || words.After("on") is not { } device)
        {
            return null;
        }

        if (words.Has("PUB"))
        {
            return (words[1][1..^1], null, Published, device);
        }

        var mac = AddressText.Mac(words[3]);
        if (mac is null && words[3] is not ("<incomplete>" or "(incomplete)"))
        {
            return null;
        }

        return (words[1][1..^1], mac, mac is null ? Incomplete : words.Has("PERM") ? Permanent : Valid, device);
    }

    // "10.0.0.1  ether  02:…  CM  eth0", "10.0.0.5  (incomplete)  eth0"
    private static (string Address, string? Mac, string State, string Device)? Table(Words words)
    {
        if (words[1] == "(incomplete)" && words.Count >= 3)
        {
            return (words[0], null, Incomplete, words.Last);
        }

        if (words[2] == "<from_interface>")
        {
            return (words[0], null, Published, words.Last);
        }

        return words.Count >= 5 && AddressText.Mac(words[2]) is { } mac ? (words[0], mac, words[3].Contains('M') ? Permanent : Valid, words.Last) : null;
    }

    private static (string Address, string? Mac, string State, string Device)? Proc(Words words)
    {
        if (words.Count < 6 || !words[2].StartsWith("0x", StringComparison.Ordinal) || !int.TryParse(words[2].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags))
        {
            return null;
        }

        var state = (flags & Public) != 0 ? Published : (flags & Pinned) != 0 ? Permanent : (flags & Complete) != 0 ? Valid : Incomplete;
        return (words[0], state == Incomplete ? null : AddressText.Mac(words[3]), state, words[5]);
    }
}
