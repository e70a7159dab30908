using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Tests;

public class MtuFamilyTests
{
    private static readonly VantagePoint Flannel = new("node-a", null, "flannel.1");
    private static readonly VantagePoint Pod = new("node-a", "pod-x", "eth0");
    private static readonly VantagePoint Cali = new("node-a", null, "cali12ab");

    private static Verdict First(FactSet facts)
    {
        Weakening.Check(facts);
        return Diagnose.Run(facts).Verdicts[0];
    }

    private static Verdict? Of(FactSet facts, string id) => Diagnose.Run(facts).Verdicts.FirstOrDefault(v => v.Fault.Id == id);

    private static Facts Repeated(Facts f, VantagePoint at, int datagram, int passes)
    {
        f.Capture(0, at).Flow(0, at, 8, 9000).Sizes(0, at, 0, true, (passes, 2, 0), (datagram, 0, 6));
        for (var i = 0; i < 6; i++)
        {
            f.Lost(0, at, 1000, datagram - 52, datagram, i + 1, seconds: 1 + 0.2 * Math.Pow(2, i), proven: i == 0);
        }

        return f.Tally(0, at, Fate.Delivered, 2, 2000, 2000).Tally(0, at, Fate.LostAfter, 6, 6 * (datagram - 52), datagram - 52);
    }

    private static Facts Overlay(bool placed)
    {
        var tunnel = new TunnelSettings(IPAddress.Parse("10.1.0.80"), null, "eth0", null, "set", 1, 8472);
        var f = Repeated(new Facts(), Flannel, 1480, 1440).Device(Flannel, 1500, "vxlan", tunnel).Device(Facts.NodeEth0, 1500).Address(Facts.NodeEth0, "10.1.0.80");
        if (placed)
        {
            f.Capture(1, Facts.NodeEth0).Flow(1, Facts.NodeEth0, 2, 2000, encapsulation: "vxlan 10.1.0.80>10.1.0.81").Paired(0, Flannel, 1, Facts.NodeEth0, translated: false);
            for (var i = 0; i < 6; i++)
            {
                f.Placed(Flannel, 0, Facts.NodeEth0, 1, 1000, 1428, 1480, 1 + 0.2 * Math.Pow(2, i), 1440, "vxlan 10.1.0.80>10.1.0.81");
            }
        }

        return f;
    }

    [Fact]
    public void Overlay_too_big_is_confirmed_where_the_wrapped_datagram_never_leaves()
    {
        var first = First(Overlay(placed: true).Set);
        Assert.Equal(("overlay-mtu-too-big", VerdictStatus.Confirmed, "flannel.1"), (first.Fault.Id, first.Status, first.Scope.Interface));
        Assert.Contains("1500 + 50 > 1500", first.Summary, StringComparison.Ordinal);
        Assert.Equal(6, first.Explains.Segments);
    }

    [Fact]
    public void What_the_kernel_refuses_once_the_tunnel_has_told_it_is_of_the_overlay_too()
    {
        const string Wrapped = "vxlan 10.1.0.80>10.1.0.81";
        var tunnel = new TunnelSettings(IPAddress.Parse("10.1.0.80"), null, "eth0", null, "set", 1, 8472);
        var f = Repeated(new Facts(), Cali, 1480, 1440).Device(Cali, 1500, "veth").Device(Flannel, 1500, "vxlan", tunnel).Device(Facts.NodeEth0, 1500).Address(Facts.NodeEth0, "10.1.0.80")
            .Capture(1, Flannel).Flow(1, Flannel, 3, 2500).Paired(0, Cali, 1, Flannel, translated: false)
            .Capture(2, Facts.NodeEth0).Flow(2, Facts.NodeEth0, 2, 2000, encapsulation: Wrapped).Paired(1, Flannel, 2, Facts.NodeEth0, translated: false)
            .Placed(Flannel, 1, Facts.NodeEth0, 2, 1000, 1428, 1480, 1, 1440, Wrapped);
        for (var i = 1; i < 6; i++)
        {
            f.Placed(Cali, 0, Flannel, 1, 1000, 1428, 1480, 1 + 0.2 * Math.Pow(2, i), 1480);
        }

        var first = First(f.Set);
        Assert.Equal(("overlay-mtu-too-big", VerdictStatus.Confirmed, 6L), (first.Fault.Id, first.Status, first.Explains.Segments));
    }

    [Fact]
    public void What_came_wrapped_and_never_left_the_tunnel_is_none_it_refused()
    {
        // In fragments: the end that unwraps did not put them together. Another connection of such a size is placed nowhere.
        const string Wrapped = "vxlan 10.1.0.81>10.1.0.80";
        var tunnel = new TunnelSettings(IPAddress.Parse("10.1.0.80"), null, "eth0", null, "set", 1, 8472);
        var f = new Facts().Capture(2, Facts.NodeEth0).Flow(2, Facts.NodeEth0, 9, 9000, encapsulation: Wrapped).Sizes(2, Facts.NodeEth0, 0, true, (1480, 0, 6), (1440, 1, 0))
            .Capture(1, Flannel).Flow(1, Flannel, 3, 2500).Paired(2, Facts.NodeEth0, 1, Flannel, translated: false)
            .Device(Cali, 1500, "veth").Device(Flannel, 1500, "vxlan", tunnel).Device(Facts.NodeEth0, 1500).Address(Facts.NodeEth0, "10.1.0.80");
        for (var i = 0; i < 6; i++)
        {
            f.Lost(2, Facts.NodeEth0, 1000, 1428, 1480, i + 1, seconds: 1 + (0.2 * i)).Placed(Facts.NodeEth0, 2, Flannel, 1, 1000, 1428, 1480, 1 + (0.2 * i), 1440);
        }

        Assert.Equal(VerdictStatus.RuledOut, Of(f.Set, "overlay-mtu-too-big")?.Status);
        Weakening.Check(f.Set);
    }

    [Theory]
    [InlineData("10.1.0.80", true)]
    [InlineData("fd00::80", false)]
    [InlineData(null, false)]
    public void A_tunnel_fits_only_with_the_ip_that_is_known_to_be_outside(string? outside, bool ruledOut)
    {
        // 1470 and 20 bytes of IPv4 fit 1500; 40 of IPv6 do not.
        var settings = new TunnelSettings(outside is null ? null : IPAddress.Parse(outside), null, "eth0", null, null, null, null);
        var f = Repeated(new Facts(), Facts.NodeTunl0, 1465, 1440).Device(Facts.NodeTunl0, 1470, "tun", settings).Device(Facts.NodeEth0, 1500).Address(Facts.NodeEth0, outside ?? "10.9.9.9");
        Assert.Equal(ruledOut, Of(f.Set, "overlay-mtu-too-big") is { Status: VerdictStatus.RuledOut });
    }

    [Fact]
    public void What_took_another_way_does_not_say_that_the_tunnel_lets_its_size_pass()
    {
        var tunnel = new TunnelSettings(IPAddress.Parse("10.1.0.80"), null, "eth0", null, "set", 1, 8472);
        var beside = Repeated(new Facts(), Facts.NodeEth0, 1600, 1480).Device(Flannel, 1500, "vxlan", tunnel).Device(Facts.NodeEth0, 1500).Address(Facts.NodeEth0, "10.1.0.80");
        Assert.NotEqual(VerdictStatus.RuledOut, Of(beside.Set, "overlay-mtu-too-big")?.Status ?? VerdictStatus.Undecided);
        var through = Repeated(new Facts(), Flannel, 1600, 1480).Device(Flannel, 1500, "vxlan", tunnel).Device(Facts.NodeEth0, 1500).Address(Facts.NodeEth0, "10.1.0.80");
        Assert.Equal(VerdictStatus.RuledOut, Of(through.Set, "overlay-mtu-too-big")?.Status);
    }

    [Fact]
    public void Smaller_ones_that_passed_do_not_rule_the_black_hole_out()
    {
        // Holes, of no known length where the connection itself is not at hand.
        var f = new Facts().Capture(0, Pod).Sizes(0, Pod, 0, true, (4360, 2, 0));
        for (var i = 0; i < 6; i++)
        {
            f.Lost(0, Pod, 1000 + (uint)(8928 * i), 8928, 9000, fate: Fate.LostBefore);
        }

        Assert.NotEqual(VerdictStatus.RuledOut, Of(f.Set, "pmtu-blackhole")?.Status ?? VerdictStatus.Undecided);
    }

    [Fact]
    public void Overlay_too_big_is_suspected_from_one_side_and_the_black_hole_is_not_first()
    {
        var first = First(Overlay(placed: false).Set);
        Assert.Equal(("overlay-mtu-too-big", VerdictStatus.Suspected), (first.Fault.Id, first.Status));
    }

    [Fact]
    public void Overlay_with_room_is_ruled_out_by_arithmetic()
    {
        var verdict = Of(Facts.BothSides().Add(new InterfaceAddress(Facts.NodeEth0, new Provenance("x"), IPAddress.Parse("10.1.0.80"), 24),
            new Route(Facts.NodeEth0, new Provenance("r"), "main", "unicast", IPNetwork.Parse("0.0.0.0/0"), null, null, null, null, false, null, false)).Set, "overlay-mtu-too-big");
        Assert.Equal(VerdictStatus.RuledOut, verdict?.Status);
        Assert.Contains("1440 + 20 <= 1500", verdict!.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Tunnels_that_are_down_are_not_judged()
    {
        // As `ip -d link` shows tunl0 wherever the module is loaded: down, no ends, an MTU that leaves no room for its own header.
        var defaultRoute = new Route(Facts.NodeEth0, new Provenance("r"), "main", "unicast", IPNetwork.Parse("0.0.0.0/0"), null, null, null, null, false, null, false);
        var up = new NetworkInterface(Facts.NodeTunl0, new Provenance("ip-link.txt", 9), 4, 1500, "ipip", true, true, null, null, null, null, new TunnelSettings(null, null, null, null, null, null, null), null, "noop");

        Assert.NotNull(Of(new Facts().Capture(0, Facts.NodeEth0).Device(Facts.NodeEth0, 1500).Add(defaultRoute, up).Set, "overlay-mtu-too-big"));
        Assert.Null(Of(new Facts().Capture(0, Facts.NodeEth0).Device(Facts.NodeEth0, 1500).Add(defaultRoute, up with { Up = false, Carrier = false }).Set, "overlay-mtu-too-big"));
    }

    [Fact]
    public void Veth_mismatch_is_confirmed_between_the_two_ends()
    {
        var f = Repeated(new Facts(), Cali, 1480, 1380).Capture(1, Pod).Flow(1, Pod, 2, 2000).Paired(0, Cali, 1, Pod, translated: false)
            .Device(Cali, 1500, "veth", null, 7, 3, "0").Device(Pod, 1400, "veth", null, 3, 7, "0").Device(Facts.NodeEth0, 1500)
            .Grown(Cali, "Link.TxDropped", 6).Grown(Pod, "Link.RxDropped", 6);
        for (var i = 0; i < 6; i++)
        {
            f.Placed(Cali, 0, Pod, 1, 1000, 1428, 1480, 1 + 0.2 * Math.Pow(2, i), 1380);
        }

        var first = First(f.Set);
        Assert.Equal(("veth-mtu-mismatch", VerdictStatus.Confirmed, Scope.Of(Pod)), (first.Fault.Id, first.Status, first.Scope));
        Assert.Equal(VerdictStatus.Contested, Of(f.Set, "qdisc-drop")?.Status ?? VerdictStatus.Contested);
    }

    [Fact]
    public void Equal_veth_ends_rule_the_mismatch_out()
    {
        var f = Facts.BothSides().Device(Cali, 1440, "veth", null, 7, 3, "0").Device(Pod, 1440, "veth", null, 3, 7, "0");
        Assert.Equal(VerdictStatus.RuledOut, Of(f.Set, "veth-mtu-mismatch")?.Status);
        Assert.Equal("pmtu-blackhole", First(f.Set).Fault.Id);
    }

    [Fact]
    public void A_learned_path_mtu_below_the_tunnel_is_the_tunnels_own_drop()
    {
        var tunnel = new TunnelSettings(IPAddress.Parse("10.1.0.80"), null, null, false, null, null, null);
        var f = Repeated(new Facts(), Facts.NodeTunl0, 1480, 1300).Device(Facts.NodeTunl0, 1480, "ipip", tunnel).Device(Facts.NodeEth0, 1500).Address(Facts.NodeEth0, "10.1.0.80")
            .Add(new Route(Facts.NodeEth0, new Provenance("node-a/route-get.txt", 1), "main", "unicast", IPNetwork.Parse("10.1.0.81/32"), null, null, null, 1400, false, null, true))
            .Grown(Facts.NodeEth0.Stack, "Ip.FragFails", 6).Capture(1, Facts.NodeEth0).Flow(1, Facts.NodeEth0, 2, 2000, encapsulation: "ipip 10.1.0.80>10.1.0.81").Paired(0, Facts.NodeTunl0, 1, Facts.NodeEth0, false);
        for (var i = 0; i < 6; i++)
        {
            f.Placed(Facts.NodeTunl0, 0, Facts.NodeEth0, 1, 1000, 1428, 1480, 1 + 0.2 * Math.Pow(2, i), 1300, "ipip 10.1.0.80>10.1.0.81");
        }

        var first = First(f.Set);
        Assert.Equal(("tunnel-nopmtudisc-selfdrop", VerdictStatus.Confirmed), (first.Fault.Id, first.Status));
        Assert.Contains("1480 + 20 > 1400", first.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Mss_clamp_missing_stands_beside_the_black_hole_and_never_before_it()
    {
        var d = Diagnose.Run(Facts.BothSides().Set);
        var clamp = d.Verdicts.Single(v => v.Fault.Id == "mss-clamp-missing");
        Assert.Equal("pmtu-blackhole", d.Verdicts[0].Fault.Id);
        Assert.Equal(VerdictStatus.Suspected, clamp.Status);
        Assert.Contains("1460 + 40 > 1440", clamp.Readings[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Fragments_seen_whole_before_and_incomplete_after_confirm_their_loss()
    {
        var there = new VantagePoint("node-b", null, "eth0");
        IPAddress a = IPAddress.Parse("10.1.0.80"), b = IPAddress.Parse("10.1.0.81");
        var f = new Facts().Capture(0, Facts.NodeEth0).Capture(1, there)
            .Add(new FragmentTally(Facts.NodeEth0, new Provenance("a.pcap"), 0, a, b, 17, 50, 50, 0, 0, 1550, null), new FragmentTally(there, new Provenance("b.pcap"), 1, a, b, 17, 50, 40, 0, 10, 1550, 12))
            .Grown(there.Stack, "Ip.ReasmReqds", 90).Grown(there.Stack, "Ip.ReasmFails", 10);
        var first = First(f.Set);
        Assert.Equal(("fragment-loss", VerdictStatus.Confirmed, Scope.Of(there)), (first.Fault.Id, first.Status, first.Scope));
    }

    [Fact]
    public void What_leaves_in_fragments_and_never_arrives_is_suspected_from_the_senders_side()
    {
        var f = Repeated(new Facts(), Flannel, 1480, 1440).Capture(1, Facts.NodeEth0).Flow(1, Facts.NodeEth0, 8, 9000, encapsulation: "vxlan 1 10.1.0.80>10.1.0.81").Paired(0, Flannel, 1, Facts.NodeEth0, translated: false)
            .Add(new FragmentTally(Facts.NodeEth0, new Provenance("a.pcap"), 1, IPAddress.Parse("10.1.0.80"), IPAddress.Parse("10.1.0.81"), 17, 6, 6, 0, 0, 1530, null));
        var first = First(f.Set);
        Assert.Equal(("fragment-loss", VerdictStatus.Suspected, Scope.Of(Facts.NodeEth0)), (first.Fault.Id, first.Status, first.Scope));
        Assert.Equal(6, first.Explains.Segments);
    }

    /// <summary>Connection tracking puts fragments of IPv6 together before IP does, and counts nothing.</summary>
    [Fact]
    public void Fragments_that_came_whole_and_are_not_unwrapped_are_not_put_together_whatever_is_counted()
    {
        var (there, inner) = (new VantagePoint("node-b", null, "eth0"), new VantagePoint("node-b", null, "flannel.1"));
        const string wrapped = "vxlan 1 10.1.0.80>10.1.0.81";
        var f = new Facts().Capture(0, there).Flow(0, there, 8, 9000, encapsulation: wrapped).Sizes(0, there, 0, true, (1440, 2, 0), (1480, 0, 6)).Tally(0, there, Fate.LostAfter, 6, 6 * 1428, 1428)
            .Capture(1, inner).Flow(1, inner, 2, 2000).Paired(0, there, 1, inner, translated: false)
            .Add(new FragmentTally(there, new Provenance("b.pcap"), 0, IPAddress.Parse("10.1.0.80"), IPAddress.Parse("10.1.0.81"), 17, 6, 6, 0, 0, 1530, null))
            .Grown(there.Stack, "Ip6.ReasmReqds", 0).Grown(there.Stack, "Ip6.ReasmFails", 0).Grown(there.Stack, "Ip6.ReasmOKs", 0).Grown(there.Stack, "Ip.ReasmReqds", 0).Grown(there.Stack, "Ip.ReasmFails", 0);
        for (var i = 0; i < 6; i++)
        {
            f.Lost(0, there, 1000, 1428, 1480, i + 1, seconds: 1 + 0.2 * Math.Pow(2, i)).Placed(there, 0, inner, 1, 1000, 1428, 1480, 1 + 0.2 * Math.Pow(2, i), 1440);
        }

        var first = First(f.Set);
        Assert.Equal(("fragment-loss", VerdictStatus.Confirmed, Scope.Of(there.Stack)), (first.Fault.Id, first.Status, first.Scope));
    }

    [Fact]
    public void A_drop_counter_that_equals_the_losses_is_suspected_and_no_more()
    {
        var f = new Facts().Capture(0, Pod).Device(Facts.NodeEth0, 1500).Device(Pod, 1500).Grown(Facts.NodeEth0, "Qdisc.Dropped", 546).Grown(Facts.NodeEth0.Stack, "Tcp.RetransSegs", 546);
        Assert.Equal(("qdisc-drop", VerdictStatus.Suspected), (First(f.Set).Fault.Id, First(f.Set).Status));
        for (var i = 0u; i < 30; i++)
        {
            f.Lost(0, Pod, i * 1448, 1448, 1500, never: false, seconds: i).Placed(Pod, 0, Facts.NodeEth0, 1, i * 1448, 1448, 1500, i, 1500);
        }

        f.Tally(0, Pod, Fate.LostAfter, 30, 30 * 1448, 0).Sizes(0, Pod, 0, true, (1500, 500, 30)).Flow(0, Pod, 530, 530 * 1448).Capture(1, Facts.NodeEth0).Grown(new VantagePoint("node-a", null, "eth1"), "Qdisc.Dropped", 0);
        var set = new FactSet(f.Set.All.Select(x => x is CounterDelta { Delta: 546 } d ? d with { Delta = 30, After = 30 } : x));
        Weakening.Check(set);
        var verdict = Of(set, "qdisc-drop")!;
        Assert.Equal((VerdictStatus.Confirmed, 30L), (verdict.Status, verdict.Explains.Segments));
    }
}
