using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>
/// "route -n" and "netstat -rn" of net-tools and busybox: "Kernel IP routing table" and "Kernel IPv6 routing table".
/// The MSS column shows the route's advertised MSS plus 40, 0 when none is set (net/ipv4/fib_trie.c fib_route_seq_show).
/// </summary>
public sealed class RouteTableReader : Reader
{
    /// <inheritdoc />
    public override string Id => "route";

    /// <inheritdoc />
    public override string Reads => "route [-6] -n, netstat [-6] -rn: routing tables of net-tools and busybox";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsTitle) || sample.Any(IsColumns) ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsTitle(line) || IsColumns(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        Words? columns = null;
        var names = 0;
        var firstName = 0;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || IsTitle(line.Text))
            {
                continue;
            }

            if (IsColumns(line.Text))
            {
                columns = new Words(line.Text.Replace("Next Hop", "Gateway", StringComparison.Ordinal));
                continue;
            }

            if (columns is not { } heading)
            {
                findings.NotUnderstood(line.Number, line.Text, "routing table");
                continue;
            }

            var words = new Words(line.Text);
            if (words.Count < heading.Count)
            {
                findings.Gap(line.Number, GapKind.Truncated, $"{words.Count} of {heading.Count} columns: {Findings.Quote(line.Text)}");
            }
            else if (!Row(heading, words, line.Number, findings))
            {
                firstName = names++ == 0 ? line.Number : firstName;
            }
        }

        if (names > 0)
        {
            findings.Gap(firstName, GapKind.Unsupported, $"{names} routes with names in place of addresses: print it with -n");
        }
    }

    private static bool IsTitle(string line) =>
        line.StartsWith("Kernel IP routing table", StringComparison.Ordinal) || line.StartsWith("Kernel IPv6 routing table", StringComparison.Ordinal);

    private static bool IsColumns(string line) =>
        line.StartsWith("Destination ", StringComparison.Ordinal)
        && (line.Contains(" Gateway ", StringComparison.Ordinal) && line.Contains(" Genmask ", StringComparison.Ordinal) || line.Contains(" Next Hop ", StringComparison.Ordinal));

    private static bool Row(Words columns, Words row, int line, Findings findings)
    {
        var v6 = columns.IndexOf("Genmask") < 0;
        var destination = v6 ? Network6(row[0]) : Network4(row[0], row[columns.IndexOf("Genmask")]);
        var gateway = row[1];
        var flags = row[Math.Max(columns.IndexOf("Flags"), columns.IndexOf("Flag"))];
        var via = gateway is "*" or "[::]" or "-" ? null : AddressText.Address(gateway);
        if (destination is not { } network || (via is null && gateway is not ("*" or "[::]" or "-")))
        {
            return false;
        }

        var device = row[Math.Max(columns.IndexOf("Iface"), columns.IndexOf("If"))];
        var metric = Number(columns, row, "Metric") ?? Number(columns, row, "Met");
        var mss = Number(columns, row, "MSS");

        // /proc/net/ipv6_route lists every table; a host route without next hop ("Un") is the local table's.
        var local = v6 && flags.StartsWith('U') && flags.Contains('n') && network.PrefixLength == 128;
        // An IPv4 route without device is a blackhole; a "throw" looks the same, but ends alike in the last table.
        var type = flags.StartsWith('!') ? "unreachable" : local ? "local" : device == "*" ? "blackhole" : "unicast";
        findings.Add(new Route(
            findings.On(device is "-" or "*" ? null : device), findings.From(line), local ? "local" : "main", type, network,
            AddressText.Specific(via?.ToString()), null, metric, null, false, mss is > 40 ? mss - 40 : null, flags.Contains('C')));
        return true;
    }

    private static int? Number(Words columns, Words row, string column) =>
        columns.IndexOf(column) is var index and >= 0 && Words.Number(row[index]) is { } n and >= 0 and <= int.MaxValue ? (int)n : null;

    private static IPNetwork? Network4(string address, string mask)
    {
        if (address == "default")
        {
            return AddressText.AnyV4;
        }

        return AddressText.Address(address) is { } network && AddressText.MaskLength(mask) is { } length ? AddressText.Network(network, length) : null;
    }

    // net-tools prints addresses of ::/96 in dotted form, and "[::]/0" without -n.
    private static IPNetwork? Network6(string prefix)
    {
        if (prefix.StartsWith("[::]", StringComparison.Ordinal))
        {
            prefix = "::" + prefix[4..];
        }

        return prefix.StartsWith("0.0.0.0/", StringComparison.Ordinal) ? AddressText.Network("::ffff:0.0.0.0" + prefix[7..])
            : prefix == "default" ? AddressText.AnyV6 : AddressText.Network(prefix);
    }
}
