using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>"ip -j [-s] [-d] link" and "ip -j addr".</summary>
public sealed class IpLinkJsonReader : JsonReader
{
    // rtnl_link_stats64 as ip/ipaddress.c print_stats64 spells it in JSON.
    private static readonly Dictionary<string, string> Receive = new(StringComparer.Ordinal)
    {
        ["bytes"] = "RxBytes", ["packets"] = "RxPackets", ["errors"] = "RxErrors", ["dropped"] = "RxDropped", ["multicast"] = "RxMulticast",
        ["over_errors"] = "RxOverruns", ["missed_errors"] = "RxMissed", ["length_errors"] = "RxLengthErrors", ["crc_errors"] = "RxCrcErrors", ["frame_errors"] = "RxFrameErrors",
        ["fifo_errors"] = "RxFifoErrors", ["nohandler"] = "RxNoHandler", ["otherhost_dropped"] = "RxOtherHostDropped", ["compressed"] = "RxCompressed",
    };

    private static readonly Dictionary<string, string> Transmit = new(StringComparer.Ordinal)
    {
        ["bytes"] = "TxBytes", ["packets"] = "TxPackets", ["errors"] = "TxErrors", ["dropped"] = "TxDropped", ["carrier_errors"] = "TxCarrierErrors",
        ["collisions"] = "TxCollisions", ["aborted_errors"] = "TxAbortedErrors", ["fifo_errors"] = "TxFifoErrors", ["window_errors"] = "TxWindowErrors",
        ["heartbeat_errors"] = "TxHeartbeatErrors", ["carrier_changes"] = "CarrierChanges", ["compressed"] = "TxCompressed",
    };

    /// <inheritdoc />
    public override string Id => "ip-link-json";

    /// <inheritdoc />
    public override string Reads => "ip -j [-p] [-s] [-d] link | addr: devices, tunnel settings, addresses, device counters";

    private protected override bool Fits(string start) => start.Contains("\"ifname\":", StringComparison.Ordinal)
        && (start.Contains("\"ifindex\":", StringComparison.Ordinal) || start.Contains("\"addr_info\":", StringComparison.Ordinal) || start.Contains("\"operstate\":", StringComparison.Ordinal));

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var item in items)
        {
            Link(item, findings);
        }
    }

    private static void Link(JsonItem item, Findings findings)
    {
        if (item["ifname"].Text is not { Length: > 0 } name)
        {
            findings.Gap(item.Line, GapKind.Malformed, "a device without ifname");
            return;
        }

        var link = new LinkDraft(name, item.Line)
        {
            Index = item["ifindex"].Number,
            Mtu = item["mtu"].Number,
            Master = item["master"].Text,
            Qdisc = item["qdisc"].Text,
            Lower = item["link"].Text,
            PeerIndex = item["link_index"].Number,
            PeerNetns = item["link_netns"].Text ?? item["link_netnsid"].Text,
            Kind = item["linkinfo"]["info_kind"].Text,
        };
        if (item.Has("flags"))
        {
            link.Up = item["flags"].Items.Exists(f => f.Text == "UP");
            link.Carrier = item["flags"].Items.Exists(f => f.Text == "LOWER_UP");
        }

        LinkType(link, item);
        findings.Add(link.ToFact(findings));
        Addresses(link, item, findings);
        Statistics(link, item.Has("stats64") ? item["stats64"] : item["stats"], findings);
    }

    private static void LinkType(LinkDraft link, JsonItem item)
    {
        var type = item["link_type"].Text;
        if (type is "ether" or "loopback" or "infiniband" or null)
        {
            link.Mac = AddressText.Mac(item["address"].Text);
        }
        else
        {
            link.Kind ??= LinkKinds.OfLinkType(type, link.Name);
        }

        if (!LinkKinds.IsTunnel(link.Kind))
        {
            return;
        }

        var settings = item["linkinfo"]["info_data"];
        var outer = LinkKinds.Outer(item["address"].Text, item["broadcast"].Text is { } peer && item["link_pointtopoint"].Flag == true ? peer : null);
        link.Tunnel = settings.Members.Count == 0 ? link.Mac is null ? outer : null : new TunnelSettings(
            AddressText.Specific(settings["local"].Text ?? settings["local6"].Text),
            AddressText.Specific(settings["remote"].Text ?? settings["remote6"].Text ?? settings["group"].Text ?? settings["group6"].Text),
            settings["link"].Text,
            settings["pmtudisc"].Flag,
            settings["df"].Text,
            settings["external"].Flag == true ? null : LinkKinds.Identifier(settings["id"].Text ?? settings["key"].Text ?? settings["okey"].Text),
            settings["port"].Number);
    }

    private static void Addresses(LinkDraft link, JsonItem item, Findings findings)
    {
        foreach (var address in item["addr_info"].Items)
        {
            if (AddressText.Address(address["local"].Text) is { } own && address["prefixlen"].Number is { } length && length >= 0 && length <= AddressText.Bits(own))
            {
                findings.Add(new InterfaceAddress(findings.On(link.Name), findings.From(address.Line), own, length));
            }
            else if (address.Members.Count > 0)
            {
                findings.Gap(address.Line, GapKind.Malformed, $"{link.Name}: an address without local or prefixlen");
            }
        }
    }

    private static void Statistics(LinkDraft link, JsonItem statistics, Findings findings)
    {
        if (statistics.Members.Count == 0)
        {
            return;
        }

        findings.Section(statistics.Line, link.Name, "Link", omitsZeros: false);
        foreach (var (side, names) in new[] { (statistics["rx"], Receive), (statistics["tx"], Transmit) })
        {
            foreach (var (key, item) in side.Members)
            {
                if (names.TryGetValue(key, out var name) && Words.Number(item.Text) is { } value)
                {
                    findings.Counter(item.Line, link.Name, $"Link.{name}", value);
                }
            }
        }
    }
}
