using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>Values in rules: addresses and their ranges, ports, protocols, states, in the spellings of nft and iptables.</summary>
internal static class RuleValues
{
    private const int MostAddresses = 1024;

    private static readonly Dictionary<string, string> ProtocolNames = new(StringComparer.Ordinal)
    {
        ["1"] = "icmp", ["2"] = "igmp", ["4"] = "ipip", ["ipencap"] = "ipip", ["6"] = "tcp", ["17"] = "udp", ["33"] = "dccp", ["41"] = "ipv6", ["47"] = "gre", ["50"] = "esp", ["51"] = "ah",
        ["58"] = "icmpv6", ["ipv6-icmp"] = "icmpv6", ["icmp6"] = "icmpv6", ["89"] = "ospf", ["112"] = "vrrp", ["132"] = "sctp", ["136"] = "udplite",
    };

    // Before 0.9.1 nft printed the names of /etc/services; those that clusters use.
    private static readonly Dictionary<string, int> ServiceNames = new(StringComparer.Ordinal)
    {
        ["ssh"] = 22, ["telnet"] = 23, ["smtp"] = 25, ["domain"] = 53, ["bootps"] = 67, ["bootpc"] = 68, ["tftp"] = 69, ["http"] = 80, ["pop3"] = 110, ["sunrpc"] = 111, ["ntp"] = 123, ["imap2"] = 143,
        ["snmp"] = 161, ["bgp"] = 179, ["ldap"] = 389, ["https"] = 443, ["submission"] = 587, ["ldaps"] = 636, ["imaps"] = 993, ["nfs"] = 2049, ["mysql"] = 3306, ["postgresql"] = 5432, ["mdns"] = 5353,
        ["http-alt"] = 8080,
    };

    // include/uapi/linux/netfilter/nf_conntrack_common.h NF_CT_STATE_*, as nft -n prints them.
    private static readonly Dictionary<string, string> StateNumbers = new(StringComparer.Ordinal)
    {
        ["0x1"] = "invalid", ["0x2"] = "established", ["0x4"] = "related", ["0x8"] = "new", ["0x40"] = "untracked",
    };

    /// <summary>"tcp", "6" → "tcp"; "all", "0" → nothing demanded is the caller's matter.</summary>
    public static string Protocol(string text) => ProtocolNames.GetValueOrDefault(text.ToLowerInvariant(), text.ToLowerInvariant());

    public static string State(string text) => StateNumbers.GetValueOrDefault(text, text.ToLowerInvariant());

    /// <summary>"80", "8000-8010", "8000:8010", "http".</summary>
    public static (int First, int Last)? Ports(string text)
    {
        var cut = text.AsSpan().IndexOfAny('-', ':');
        if (cut <= 0 || ServiceNames.ContainsKey(text))
        {
            return Port(text) is { } single ? (single, single) : cut == 0 && text[0] == ':' && Port(text[1..]) is { } last ? (0, last) : null;
        }

        var to = text[(cut + 1)..];
        return Port(text[..cut]) is { } first && (to.Length == 0 ? 65535 : Port(to)) is { } end && end >= first ? (first, end) : null;
    }

    /// <summary>"10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.0.0.1", "10.0.0.1-10.0.0.9" as prefixes; null for anything else.</summary>
    public static IReadOnlyList<IPNetwork>? Networks(string text)
    {
        var dash = text.IndexOf('-');
        if (dash > 0)
        {
            return AddressText.Address(text[..dash]) is { } first && AddressText.Address(text[(dash + 1)..]) is { } last ? Between(first, last) : null;
        }

        if (AddressText.Network(text) is { } network)
        {
            return [network];
        }

        var slash = text.IndexOf('/');
        return slash > 0 && AddressText.Address(text[..slash]) is { AddressFamily: AddressFamily.InterNetwork } address && AddressText.MaskLength(text[(slash + 1)..]) is { } length
            ? [AddressText.Network(address, length)] : null;
    }

    /// <summary>"10.0.0.1", "10.0.0.1:80", "[fd00::1]:80", "fd00::1", "10.0.0.1-10.0.0.9:80-90", ":80-90".</summary>
    /// <returns>The addresses, port 0 where unchanged or a range, and the range of ports; null for anything else.</returns>
    public static (IReadOnlyList<IPEndPoint> Ends, (int First, int Last)? Ports)? Translation(string text)
    {
        var host = text;
        (int First, int Last)? ports = null;
        var colon = text.LastIndexOf(':');
        if (colon >= 0 && (text.AsSpan().Count(':') == 1 || text[..colon].EndsWith(']')))
        {
            host = text[..colon];
            ports = Ports(text[(colon + 1)..]);
            if (ports is null)
            {
                return null;
            }
        }

        if (host.Length == 0)
        {
            return ([], ports);
        }

        var dash = host.IndexOf('-');
        var first = AddressText.Address((dash < 0 ? host : host[..dash]).Trim('[', ']'));
        var last = dash < 0 ? first : AddressText.Address(host[(dash + 1)..].Trim('[', ']'));
        if (first is null || last is null || first.AddressFamily != last.AddressFamily)
        {
            return null;
        }

        var port = ports is { } range && range.First == range.Last ? range.First : 0;
        return ([.. Addresses(first, last).Select(a => new IPEndPoint(a, port))], ports);
    }

    /// <summary>As <see cref="Ports"/>, for <see cref="All"/>.</summary>
    public static IReadOnlyList<(int First, int Last)>? PortRanges(string text) => Ports(text) is { } ports ? [ports] : null;

    /// <summary>What all alternatives say; null when one of them is not understood, for then the rest is not all.</summary>
    public static List<T>? All<T>(IEnumerable<string> values, Func<string, IReadOnlyList<T>?> read)
    {
        var found = new List<T>();
        foreach (var value in values)
        {
            if (read(value) is not { } some)
            {
                return null;
            }

            found.AddRange(some);
        }

        return found;
    }

    private static int? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : ServiceNames.TryGetValue(text, out var known) ? known : null;

    // Both ends alone when there are too many to list.
    private static IEnumerable<IPAddress> Addresses(IPAddress first, IPAddress last)
    {
        var (from, to) = (Bits(first), Bits(last));
        if (to < from || to - from >= MostAddresses)
        {
            return first.Equals(last) ? [first] : [first, last];
        }

        return Enumerable.Range(0, (int)(to - from) + 1).Select(i => Address(from + (UInt128)i, first.AddressFamily));
    }

    /// <summary>The fewest prefixes that cover a range of addresses exactly.</summary>
    private static List<IPNetwork>? Between(IPAddress first, IPAddress last)
    {
        var (from, to) = (Bits(first), Bits(last));
        if (first.AddressFamily != last.AddressFamily || to < from)
        {
            return null;
        }

        var width = AddressText.Bits(first);
        var found = new List<IPNetwork>();
        while (true)
        {
            // The largest block that begins here and does not go beyond the end.
            var size = 0;
            while (size < width && (from & ((UInt128.One << size) << 1) - 1) == 0 && from + (((UInt128.One << size) << 1) - 1) <= to && from + (((UInt128.One << size) << 1) - 1) >= from)
            {
                size++;
            }

            found.Add(new IPNetwork(Address(from, first.AddressFamily), width - size));
            var end = from + ((UInt128.One << size) - 1);
            if (size == 128 || end >= to)
            {
                return found;
            }

            from = end + 1;
        }
    }

    private static UInt128 Bits(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static IPAddress Address(UInt128 bits, AddressFamily family)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return new IPAddress(family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }
}
