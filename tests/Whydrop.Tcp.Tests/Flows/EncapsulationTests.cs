using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Flows;

/// <summary>The same connection plain and in a tunnel, or at two interfaces of one capture: sightings of their own.</summary>
public class EncapsulationTests
{
    private static readonly Packet Syn = new() { Seq = 100, Flags = 2, Mss = 1460, SackPermitted = true };

    [Theory]
    [InlineData(false, 4, "ipip6 fd00::1>fd00::2")]
    [InlineData(true, 41, "ip6ip6 fd00::1>fd00::2")]
    public void What_is_wrapped_in_ipv6_is_called_as_the_kernel_calls_its_tunnel(bool ipv6, byte protocol, string name)
    {
        var trace = new Trace();
        var c = new Conversation(new Trace(), ipv6: ipv6);
        _ = trace.Add(0, Wrapping.InEthernet(Wrapping.Ipv6("fd00::1", "fd00::2", protocol, Wrapping.Datagram(c.FromClient(0, 0, 0, 2).ToFrame()))));

        Assert.Equal(name, Assert.Single(trace.Analyse().Of<TcpFlow>()).Encapsulation);
    }

    [Fact]
    public void Plain_in_ipip_and_in_two_vxlans_are_four_flows()
    {
        var trace = new Trace();
        foreach (var (packet, at) in new[] { (Syn, 0), (Syn with { From = Syn.To, To = Syn.From, Seq = 900, Ack = 101, Flags = 18 }, 10) })
        {
            var (from, to) = at == 0 ? ("192.168.0.1", "192.168.0.2") : ("192.168.0.2", "192.168.0.1");
            _ = trace.Add(at, packet);
            _ = trace.Add(at + 0.1, Wrapping.InIpIp(packet.ToFrame(), from, to));
            _ = trace.Add(at + 0.2, Wrapping.InVxlan(packet.ToFrame(), from, to, 7));
            _ = trace.Add(at + 0.3, Wrapping.InVxlan(packet.ToFrame(), from, to, 8));
        }

        var flows = trace.Analyse().Of<TcpFlow>();

        Assert.Equal(4, flows.Count);
        Assert.All(flows, f => Assert.Equal((2L, true), (f.Frames, f.Synchronised)));
        Assert.Equal(
            [null, "ipip 192.168.0.1>192.168.0.2", "vxlan 7 192.168.0.1>192.168.0.2", "vxlan 8 192.168.0.1>192.168.0.2"],
            flows.Select(f => f.Encapsulation));
    }

    [Fact]
    public void Every_interface_of_an_any_capture_is_a_point_and_a_routed_datagram_is_no_copy()
    {
        var trace = new Trace(linkType: 276);
        _ = trace.Add(0, Wrapping.InSll2(Syn.ToFrame(), 3, outgoing: false));
        _ = trace.Add(0.01, Wrapping.InSll2((Syn with { Ttl = 63 }).ToFrame(), 5, outgoing: true));

        var result = trace.Analyse();

        Assert.Equal([3, 5], result.Analysis.Points.Select(p => p.LinkInterfaceIndex ?? 0));
        Assert.All(result.Of<CaptureSummary>(), s => Assert.Equal((1L, 1L, true), (s.Frames, s.Flows, s.AnyDevice)));
        Assert.Equal([0, 1], result.Of<TcpFlow>().Select(f => f.Capture));
        Assert.All(result.Of<CaptureSummary>(), s => Assert.Equal(0, s.CopiedFrames));
    }
}
