using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Windows;

/// <summary>
/// "netstat -s" of Windows in English: the counters of RFC 4293 and RFC 4022 under sentences of its own. It counts TCP of IPv4 and IPv6 apart: the groups are Tcp
/// (IPv4 alone) and Tcp6. Its counters have 32 bits.
/// </summary>
public sealed class WindowsStatisticsReader : Reader
{
    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["IPv4 Statistics"] = "Ip", ["IPv6 Statistics"] = "Ip6", ["ICMPv4 Statistics"] = "Icmp", ["ICMPv6 Statistics"] = "Icmp6",
        ["TCP Statistics for IPv4"] = "Tcp", ["TCP Statistics for IPv6"] = "Tcp6", ["UDP Statistics for IPv4"] = "Udp", ["UDP Statistics for IPv6"] = "Udp6",
    };

    private static readonly Dictionary<string, string> Ip = new(StringComparer.Ordinal)
    {
        ["Packets Received"] = "InReceives", ["Received Header Errors"] = "InHdrErrors", ["Received Address Errors"] = "InAddrErrors", ["Datagrams Forwarded"] = "ForwDatagrams",
        ["Unknown Protocols Received"] = "InUnknownProtos", ["Received Packets Discarded"] = "InDiscards", ["Received Packets Delivered"] = "InDelivers",
        ["Output Requests"] = "OutRequests", ["Routing Discards"] = "RoutingDiscards", ["Discarded Output Packets"] = "OutDiscards", ["Output Packet No Route"] = "OutNoRoutes",
        ["Reassembly Required"] = "ReasmReqds", ["Reassembly Successful"] = "ReasmOKs", ["Reassembly Failures"] = "ReasmFails",
        ["Datagrams Successfully Fragmented"] = "FragOKs", ["Datagrams Failing Fragmentation"] = "FragFails", ["Fragments Created"] = "FragCreates",
    };

    private static readonly Dictionary<string, string> Tcp = new(StringComparer.Ordinal)
    {
        ["Active Opens"] = "ActiveOpens", ["Passive Opens"] = "PassiveOpens", ["Failed Connection Attempts"] = "AttemptFails", ["Reset Connections"] = "EstabResets",
        ["Current Connections"] = "CurrEstab", ["Segments Received"] = "InSegs", ["Segments Sent"] = "OutSegs", ["Segments Retransmitted"] = "RetransSegs",
    };

    private static readonly Dictionary<string, string> Udp = new(StringComparer.Ordinal)
    {
        ["Datagrams Received"] = "InDatagrams", ["No Ports"] = "NoPorts", ["Receive Errors"] = "InErrors", ["Datagrams Sent"] = "OutDatagrams",
    };

    // Two columns, received and sent.
    private static readonly Dictionary<string, string> Icmp = new(StringComparer.Ordinal)
    {
        ["Messages"] = "Msgs", ["Errors"] = "Errors", ["Destination Unreachable"] = "DestUnreachs", ["Time Exceeded"] = "TimeExcds", ["Parameter Problems"] = "ParmProbs",
        ["Source Quenches"] = "SrcQuenchs", ["Redirects"] = "Redirects", ["Echo Replies"] = "EchoReps", ["Echos"] = "Echos", ["Timestamps"] = "Timestamps",
        ["Timestamp Replies"] = "TimestampReps", ["Address Masks"] = "AddrMasks", ["Address Mask Replies"] = "AddrMaskReps", ["Packet Too Big"] = "PktTooBigs",
        ["Router Solicitations"] = "RouterSolicits", ["Router Advertisements"] = "RouterAdvertisements", ["Neighbor Solicitations"] = "NeighborSolicits",
        ["Neighbor Advertisements"] = "NeighborAdvertisements", ["MLD Queries"] = "GroupMembQueries", ["MLD Reports"] = "GroupMembResponses", ["MLD Dones"] = "GroupMembReductions",
        ["Router Renumberings"] = "RouterRenumberings",
    };

    /// <inheritdoc />
    public override string Id => "windows-netstat-s";

    /// <inheritdoc />
    public override string Reads => "netstat -s of Windows, in English: protocol counters";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => Group(l) is not null) ? 96 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => Group(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        string? group = null;
        foreach (var line in file.Lines)
        {
            if (Group(line.Text) is { } next)
            {
                group = next;
                findings.Section(line.Number, null, group, omitsZeros: false);
            }
            else if (!string.IsNullOrWhiteSpace(line.Text) && !IsColumnHead(line.Text) && !(group is { } known && Counter(line, known, findings)))
            {
                findings.NotUnderstood(line.Number, line.Text, "netstat -s of Windows");
            }
        }
    }

    private static string? Group(string line) => line.Length < 40 ? Groups.GetValueOrDefault(line.Trim()) : null;

    // "                            Received    Sent" and the line of the prompt before the first group.
    private static bool IsColumnHead(string line) => line.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["Received", "Sent"];

    private static bool Counter(TextLine line, string group, Findings findings)
    {
        if (group.StartsWith("Icmp", StringComparison.Ordinal))
        {
            var words = line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length < 3 || Words.Number(words[^2]) is not { } received || Words.Number(words[^1]) is not { } sent || !Icmp.TryGetValue(string.Join(' ', words[..^2]), out var kind))
            {
                return false;
            }

            findings.Counter(line.Number, null, $"{group}.In{kind}", received);
            findings.Counter(line.Number, null, $"{group}.Out{kind}", sent);
            return true;
        }

        var names = group[..2] switch { "Ip" => Ip, "Tc" => Tcp, _ => Udp };
        var equals = line.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || Words.Number(line.Text[(equals + 1)..].Trim()) is not { } value || !names.TryGetValue(line.Text[..equals].Trim(), out var name))
        {
            return false;
        }

        findings.Counter(line.Number, null, $"{group}.{(group == "Ip6" && name == "ForwDatagrams" ? "OutForwDatagrams" : name)}", value);
        return true;
    }
}
