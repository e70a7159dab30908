using Whydrop.Tests;
using static Whydrop.Wire.Tests.HeaderFields;
using static Whydrop.Wire.Tests.TestFrames;

namespace Whydrop.Wire.Tests;

public class FrameDecoderTests
{
    public static TheoryData<string> Names => [.. All().Select(shape => shape.Name)];

    private static (LinkType Link, byte[] Frame) Shape(string name)
    {
        var (_, link, frame) = All().Single(shape => shape.Name == name);
        return (link, frame);
    }

    [Fact]
    public void Plain_tcp_segment_gives_every_field()
    {
        var (link, frame) = Shape("tcp timestamps");
        var h = Decode(link, frame);
        Assert.Equal(DecodeStatus.Tcp, h.Status);
        Assert.Equal((4, 6, 63, 0x12), (h.IpVersion, h.Protocol, h.Ttl, h.TrafficClass));
        Assert.True(h.DontFragment);
        Assert.False(h.MoreFragments);
        Assert.Equal((0, 255, 0, 0), (h.TunnelDepth, h.LinkPacketType, h.Vlan, h.LinkInterfaceIndex));
        Assert.Equal((0x0a010203u, 0xc0000207u), (h.Source4, h.Destination4));
        Assert.Equal((14, 14, 92, 0x1234u, 0), (h.OuterIpOffset, h.IpOffset, h.IpLength, h.IpId, h.FragmentOffset));
        Assert.Equal((34, 66, 40), (h.TransportOffset, h.PayloadOffset, h.PayloadLength));
        Assert.Equal((40000, 443, 0x01020304u, 0xa0b0c0d0u), (h.SourcePort, h.DestinationPort, h.Sequence, h.Acknowledgment));
        Assert.Equal((0x18, 501, 12), (h.TcpFlags, h.Window, h.TcpOptionsLength));
        Assert.Equal((true, 0x11223344u, 0x55667788u), (h.HasTimestamp, h.TsVal, h.TsEcr));
        Assert.Equal((0, 0), (h.SackOffset, h.SackBlocks));
        Assert.Equal(40, h.SegmentLength());
        Assert.Equal(Payload(40), h.CapturedPayload(frame).ToArray());
    }

    [Theory]
    [InlineData("tcp", 14, 8, false)]
    [InlineData("tcp syn", 14, 0, true)]
    [InlineData("vlan", 18, 40, true)]
    [InlineData("qinq", 22, 40, true)]
    [InlineData("mpls", 22, 40, true)]
    [InlineData("pppoe", 22, 40, true)]
    [InlineData("sll", 16, 40, true)]
    [InlineData("sll2", 20, 40, true)]
    [InlineData("sll2 v6", 20, 40, true)]
    [InlineData("raw v4", 0, 40, true)]
    [InlineData("raw v6", 0, 40, true)]
    [InlineData("linktype v4", 0, 40, true)]
    [InlineData("linktype v6", 0, 40, true)]
    [InlineData("null", 4, 40, true)]
    [InlineData("loop", 4, 40, true)]
    [InlineData("v4 options", 14, 40, true)]
    [InlineData("v4 ah", 14, 40, true)]
    [InlineData("v6", 14, 40, true)]
    [InlineData("v6 extensions", 14, 40, true)]
    [InlineData("ipip", 34, 40, true)]
    [InlineData("6in4", 34, 40, true)]
    [InlineData("4in6", 54, 40, true)]
    [InlineData("6in6", 54, 40, true)]
    [InlineData("gre", 38, 40, true)]
    [InlineData("gre key", 50, 40, true)]
    [InlineData("gre ethernet", 52, 40, true)]
    [InlineData("vxlan", 64, 40, true)]
    [InlineData("vxlan vlan v6", 94, 40, true)]
    [InlineData("geneve", 72, 40, true)]
    [InlineData("geneve ip", 50, 40, true)]
    [InlineData("nested", 104, 40, true)]
    public void Innermost_segment_is_found(string name, int ipOffset, int payloadLength, bool timestamp)
    {
        var (link, frame) = Shape(name);
        var h = Decode(link, frame);
        Assert.Equal(DecodeStatus.Tcp, h.Status);
        Assert.Equal((ipOffset, payloadLength, timestamp), (h.IpOffset, h.PayloadLength, h.HasTimestamp));
        Assert.Equal((40000, 443, 0x01020304u, 0xa0b0c0d0u, 501), (h.SourcePort, h.DestinationPort, h.Sequence, h.Acknowledgment, h.Window));
        Assert.Equal(frame.Length, h.PayloadOffset + h.PayloadLength);
        Assert.Equal(frame.Length, h.IpOffset + h.IpLength);
        var expected = h.IpVersion == 4 ? ("10.1.2.3", "192.0.2.7") : ("2001:db8::1", "2001:db8:0:1::2");
        Assert.Equal(expected, (h.SourceAddress(frame)!.ToString(), h.DestinationAddress(frame)!.ToString()));
    }

    [Theory]
    [InlineData("ipip", TunnelKind.IpIp, 0u)]
    [InlineData("6in4", TunnelKind.SixInFour, 0u)]
    [InlineData("4in6", TunnelKind.IpIp, 0u)]
    [InlineData("6in6", TunnelKind.SixInFour, 0u)]
    [InlineData("gre", TunnelKind.Gre, 0u)]
    [InlineData("gre key", TunnelKind.Gre, 77u)]
    [InlineData("gre ethernet", TunnelKind.Gre, 0u)]
    [InlineData("vxlan", TunnelKind.Vxlan, 42u)]
    [InlineData("vxlan vlan v6", TunnelKind.Vxlan, 1u)]
    [InlineData("geneve", TunnelKind.Geneve, 3u)]
    [InlineData("geneve ip", TunnelKind.Geneve, 3u)]
    public void Tunnel_keeps_both_layers(string name, TunnelKind kind, uint identifier)
    {
        var (link, frame) = Shape(name);
        var h = Decode(link, frame);
        Assert.Equal(1, h.TunnelDepth);
        Assert.Equal((kind, identifier), (h.TunnelHeaders[0].Kind, h.TunnelHeaders[0].Identifier));
        Assert.Equal(h.OuterIpOffset, h.TunnelHeaders[0].OuterIpOffset);
        Assert.NotEqual(h.IpOffset, h.OuterIpOffset);
        var outer = h.OuterIpVersion(frame) == 4 ? ("172.16.0.1", "172.16.0.2") : ("fd00::1", "fd00::2");
        Assert.Equal(outer, (new System.Net.IPAddress(h.OuterSourceBytes(frame)).ToString(), new System.Net.IPAddress(h.OuterDestinationBytes(frame)).ToString()));
        Assert.Equal(0, h.Vlan);
    }

    [Fact]
    public void Three_nested_tunnels_are_listed_from_the_outside_in()
    {
        var (link, frame) = Shape("nested");
        var h = Decode(link, frame);
        Assert.Equal(3, h.TunnelDepth);
        Assert.Equal((TunnelKind.Vxlan, TunnelKind.IpIp, TunnelKind.SixInFour), (h.TunnelHeaders[0].Kind, h.TunnelHeaders[1].Kind, h.TunnelHeaders[2].Kind));
        Assert.Equal((14, 64, 84), (h.TunnelHeaders[0].OuterIpOffset, h.TunnelHeaders[1].OuterIpOffset, h.TunnelHeaders[2].OuterIpOffset));
    }

    [Fact]
    public void Fifth_tunnel_is_left_closed()
    {
        var packet = Ipv4(6, Tcp());
        for (var i = 0; i < 6; i++)
        {
            packet = Ipv4(4, packet);
        }

        var h = Decode(LinkType.Raw, packet);
        Assert.Equal((DecodeStatus.OtherIp, 4, 4, 80), (h.Status, h.TunnelDepth, h.Protocol, h.IpOffset));
    }

    [Fact]
    public void Tags_packet_type_and_interface_come_from_the_link_header()
    {
        Assert.Equal(100, Decode(Shape("vlan").Link, Shape("vlan").Frame).Vlan);
        Assert.Equal(200, Decode(Shape("qinq").Link, Shape("qinq").Frame).Vlan);
        Assert.Equal(4, Decode(Shape("sll").Link, Shape("sll").Frame).LinkPacketType);
        var h = Decode(Shape("sll2").Link, Shape("sll2").Frame);
        Assert.Equal((3, 17), (h.LinkPacketType, h.LinkInterfaceIndex));
    }

    [Fact]
    public void Sack_blocks_are_located()
    {
        var (link, frame) = Shape("tcp sack");
        var h = Decode(link, frame);
        Assert.Equal((14 + 20 + 20 + 12 + 4, 2), (h.SackOffset, h.SackBlocks));
        Assert.Equal(100, frame[h.SackOffset + 3]);
    }

    [Theory]
    [InlineData("udp", DecodeStatus.Udp, 17, 24)]
    [InlineData("icmp", DecodeStatus.Icmp, 1, 28)]
    [InlineData("icmpv6", DecodeStatus.Icmp, 58, 48)]
    [InlineData("sctp", DecodeStatus.OtherIp, 132, 24)]
    [InlineData("v4 first fragment", DecodeStatus.Udp, 17, 32)]
    [InlineData("v6 first fragment", DecodeStatus.Udp, 17, 32)]
    [InlineData("v4 later fragment", DecodeStatus.LaterFragment, 17, 32)]
    [InlineData("v6 later fragment", DecodeStatus.LaterFragment, 17, 32)]
    [InlineData("arp", DecodeStatus.Arp, 0, 0)]
    public void Other_protocols_are_named(string name, DecodeStatus status, int protocol, int payloadLength)
    {
        var (link, frame) = Shape(name);
        var h = Decode(link, frame);
        Assert.Equal((status, protocol, payloadLength), (h.Status, h.Protocol, h.PayloadLength));
        Assert.Equal(name.Contains("first", StringComparison.Ordinal), h.MoreFragments);
        Assert.Equal(name switch { "v4 later fragment" => 1480, "v6 later fragment" => 1448, _ => 0 }, h.FragmentOffset);
        Assert.Equal(name.StartsWith("v6", StringComparison.Ordinal) ? 0xabcdef01u : h.IpId, h.IpId);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reused_headers_keep_nothing_of_the_frame_before(string name)
    {
        var (link, frame) = Shape(name);
        var fresh = Decode(link, frame);
        var reused = Dirty();
        FrameDecoder.Decode(link, frame, frame.Length, ref reused);
        Assert.Equal("", Difference(fresh, reused));
        foreach (var (_, otherLink, other) in All())
        {
            FrameDecoder.Decode(otherLink, other, other.Length, ref reused);
            FrameDecoder.Decode(link, frame, frame.Length, ref reused);
            Assert.Equal("", Difference(fresh, reused));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void General_walk_agrees_with_the_plain_path(string name)
    {
        var (link, frame) = Shape(name);
        PacketHeaders general = default;
        FrameDecoder.DecodeAny(link, frame, frame.Length, ref general);
        Assert.Equal("", Difference(general, Decode(link, frame)));
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        var shapes = All().ToArray();
        PacketHeaders h = default;
        foreach (var (_, link, frame) in shapes)
        {
            FrameDecoder.Decode(link, frame, frame.Length, ref h);
        }

        var decoded = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var (_, link, frame) in shapes)
        {
            for (var length = 0; length <= frame.Length; length++)
            {
                FrameDecoder.Decode(link, frame.AsSpan(0, length), frame.Length, ref h);
                decoded++;
            }
        }

        AllocationLimit.Holds("decode a frame", GC.GetAllocatedBytesForCurrentThread() - before, decoded);
    }
}
