using System.Buffers.Binary;
using System.Net;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Artefacts;

/// <summary>Datagrams that go round: passes, step, link addresses, end; and what is none.</summary>
public class RoutingLoopTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_segment_there_and_back_over_one_link_loses_two_per_round(bool ipv6)
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: ipv6);
        c.Handshake(0, 1);
        var first = c.Data(10, 1, 100);
        var packet = c.Last!;
        for (var ttl = 63; ttl >= 1; ttl--)
        {
            trace.Add(10 + ((64 - ttl) * 0.5), Frame(packet with { Ttl = (byte)ttl }, (byte)(ttl % 2)));
        }

        var analysed = trace.Analyse();
        var loop = Assert.Single(analysed.Of<RoutingLoop>());

        Assert.Equal((0, 64, 64, 1, 2), (loop.Flow, loop.Passes, loop.FirstTtl, loop.LastTtl, loop.Step));
        Assert.Equal((ipv6 ? null : packet.IpId, true, first), (loop.IpId, loop.Expired, (int)loop.From.Frame!));
        Assert.Equal(["02:00:00:00:00:a1>02:00:00:00:00:b1", "02:00:00:00:00:a0>02:00:00:00:00:b0"], loop.Macs);
        Assert.Equal((packet.From.Address, packet.To.Address, TimeSpan.FromMilliseconds(31.5)), (loop.Source, loop.Destination, loop.Duration));
        Assert.Equal(0, Assert.Single(analysed.Of<TcpFlow>()).FromClient.Retransmissions);
        Assert.Equal(1, Assert.Single(analysed.Of<CaptureSummary>()).LoopedDatagrams);
    }

    [Fact]
    public void A_ring_of_three_seen_one_way_loses_three_per_round()
    {
        var trace = new Trace();
        byte[] echo = [8, 0, 1, 2, 0, 7, 0, 1, .. new byte[40]];
        for (var (ttl, at) = (64, 0.0); ttl > 0; ttl -= 3, at += 1)
        {
            trace.Add(at, WithTtl(Wrapping.InEthernet(Wrapping.Ipv4("10.0.0.1", "10.9.9.9", 1, echo, id: 77)), (byte)ttl));
        }

        var loop = Assert.Single(trace.Analyse().Of<RoutingLoop>());

        Assert.Equal((null, 22, 64, 1, 3, 77, true), (loop.Flow, loop.Passes, loop.FirstTtl, loop.LastTtl, loop.Step, loop.IpId, loop.Expired));
        Assert.Equal((IPAddress.Parse("10.0.0.1"), 1L), (loop.Source, loop.From.Frame));
        Assert.Equal(["02:00:00:00:00:01>02:00:00:00:00:00", "02:00:00:00:00:01>02:00:00:00:00:00"], loop.Macs);
    }

    [Fact]
    public void A_time_exceeded_message_says_that_it_expired()
    {
        var trace = new Trace();
        var datagram = Wrapping.Ipv4("10.0.0.1", "10.9.9.9", 17, [0x9C, 0x40, 0, 80, 0, 18, 0, 0, .. new byte[10]], id: 5);
        foreach (var (ttl, at) in new[] { (64, 0.0), (62, 1.0), (60, 2.0) })
        {
            trace.Add(at, WithTtl(Wrapping.InEthernet(datagram), (byte)ttl));
        }

        Assert.Null(Assert.Single(trace.Analyse().Of<RoutingLoop>()).Expired);
        trace.Add(3, Wrapping.InEthernet(Wrapping.Ipv4("10.0.0.254", "10.0.0.1", 1, [11, 0, 0, 0, 0, 0, 0, 0, .. datagram[..28]])));
        Assert.True(Assert.Single(trace.Analyse().Of<RoutingLoop>()).Expired);
    }

    [Fact]
    public void The_outer_datagram_of_a_tunnel_may_go_round()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        var inner = Wrapping.Datagram(c.FromClient(1, 1, 100, 24).ToFrame());
        foreach (var (ttl, at) in new[] { (64, 0.0), (62, 5.0), (60, 10.0), (58, 15.0) })
        {
            trace.Add(at, WithTtl(Wrapping.InEthernet(Wrapping.Ipv4("192.0.2.1", "192.0.2.2", 4, inner, id: 9)), (byte)ttl));
        }

        var loop = Assert.Single(trace.Analyse().Of<RoutingLoop>());
        Assert.Equal((null, 4, 2, IPAddress.Parse("192.0.2.1")), (loop.Flow, loop.Passes, loop.Step, loop.Source));
    }

    [Fact]
    public void Routed_copies_and_repeats_are_no_loops()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 1);
        c.Data(10, 1, 100);
        trace.Add(10.1, c.Last! with { Ttl = 63 });
        var datagram = Wrapping.InEthernet(Wrapping.Ipv6("2001:db8::1", "2001:db8::2", 17, [0x9C, 0x40, 0, 80, 0, 18, 0, 0, .. new byte[10]]));
        foreach (var (ttl, at) in new[] { (64, 0.0), (64, 5.0), (63, 5.1), (64, 10.0), (63, 10.1) })
        {
            trace.Add(at + 20, WithHopLimit(datagram, (byte)ttl));
        }

        Assert.Empty(trace.Analyse().Of<RoutingLoop>());
    }

    private static byte[] Frame(Packet packet, byte way)
    {
        var frame = packet.ToFrame();
        (frame[5], frame[11]) = ((byte)(0xB0 + way), (byte)(0xA0 + way));
        return frame;
    }

    private static byte[] WithTtl(byte[] frame, byte ttl)
    {
        var copy = frame.ToArray();
        copy[14 + 8] = ttl;
        BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(14 + 10), (ushort)(ttl * 257));
        return copy;
    }

    private static byte[] WithHopLimit(byte[] frame, byte ttl)
    {
        var copy = frame.ToArray();
        copy[14 + 7] = ttl;
        return copy;
    }
}
