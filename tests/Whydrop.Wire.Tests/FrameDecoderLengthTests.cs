using static Whydrop.Wire.Tests.HeaderFields;
using static Whydrop.Wire.Tests.TestFrames;

namespace Whydrop.Wire.Tests;

/// <summary>The capture's cut, the wire's length and the header's claims are three different things.</summary>
public class FrameDecoderLengthTests
{
    [Fact]
    public void Every_cut_gives_right_fields_or_none()
    {
        foreach (var (name, link, frame) in All())
        {
            var whole = Decode(link, frame);
            for (var length = 0; length < frame.Length; length++)
            {
                var cut = Decode(link, frame.AsSpan(0, length), frame.Length);
                Assert.NotEqual(DecodeStatus.Malformed, cut.Status);
                if (cut.Status != DecodeStatus.Cut && cut.TunnelDepth == whole.TunnelDepth)
                {
                    Assert.True(cut.Status == whole.Status, $"{name} cut to {length}: {cut.Status}");
                }

                if (cut.TunnelDepth != whole.TunnelDepth)
                {
                    Assert.True(cut.TunnelDepth < whole.TunnelDepth && cut.Status is DecodeStatus.Cut or DecodeStatus.Udp, $"{name} cut to {length}");
                    continue;
                }

                var difference = Difference(whole, cut, (field, value) => field == nameof(PacketHeaders.Status) || IsNothing(value) || (field == nameof(PacketHeaders.LinkPacketType) && value is (byte)255));
                Assert.True(difference.Length == 0, $"{name} cut to {length}: {difference}");
            }
        }
    }

    [Fact]
    public void Cut_options_do_not_cost_the_segment()
    {
        var frame = Ethernet(0x800, Ipv4(6, Tcp(Payload(100), Timestamps)));
        for (var length = 54; length < 66; length++)
        {
            var h = Decode(LinkType.Ethernet, frame.AsSpan(0, length), frame.Length);
            Assert.Equal((DecodeStatus.Tcp, 100, 12, false), (h.Status, h.PayloadLength, h.TcpOptionsLength, h.HasTimestamp));
        }
    }

    [Fact]
    public void Cut_sack_option_is_not_half_believed()
    {
        byte[] options = [1, 1, 5, 18, .. U32(100), .. U32(200), .. U32(300), .. U32(400)];
        var frame = Ethernet(0x800, Ipv4(6, Tcp(options: options)));
        var h = Decode(LinkType.Ethernet, frame.AsSpan(0, frame.Length - 1), frame.Length);
        Assert.Equal((DecodeStatus.Tcp, 0, 0), (h.Status, h.SackOffset, h.SackBlocks));
    }

    [Fact]
    public void Every_frame_short_on_the_wire_is_malformed_not_cut()
    {
        foreach (var (name, link, frame) in All().Where(shape => shape.Name != "arp"))
        {
            for (var length = 0; length < frame.Length; length++)
            {
                var h = Decode(link, frame.AsSpan(0, length), length);
                Assert.True(h.Status == DecodeStatus.Malformed, $"{name} of {length} bytes: {h.Status}");
            }
        }
    }

    [Fact]
    public void Ethernet_padding_is_no_payload()
    {
        var frame = Join(Ethernet(0x800, Ipv4(6, Tcp())), new byte[6]);
        Assert.Equal(60, frame.Length);
        Assert.Equal((DecodeStatus.Tcp, 0, 40), (Decode(LinkType.Ethernet, frame).Status, Decode(LinkType.Ethernet, frame).PayloadLength, Decode(LinkType.Ethernet, frame).IpLength));
        var six = Join(Ethernet(0x86dd, Ipv6(17, Udp(53, []))), new byte[6]);
        Assert.Equal((DecodeStatus.Udp, 0, 48), (Decode(LinkType.Ethernet, six).Status, Decode(LinkType.Ethernet, six).PayloadLength, Decode(LinkType.Ethernet, six).IpLength));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Zero_length_field_means_the_length_of_the_frame(bool cut)
    {
        var segment = Tcp(Payload(3000), Timestamps);
        foreach (var frame in new[] { Ethernet(0x800, Ipv4(6, segment, totalLength: 0)), Ethernet(0x86dd, Ipv6(6, segment, payloadLength: 0)) })
        {
            var h = Decode(LinkType.Ethernet, frame.AsSpan(0, cut ? 100 : frame.Length), frame.Length);
            Assert.Equal((DecodeStatus.Tcp, 3000, frame.Length - 14), (h.Status, h.PayloadLength, h.IpLength));
        }
    }

    [Fact]
    public void Jumbogram_length_comes_from_its_option()
    {
        var segment = Tcp(Payload(70000));
        var hopByHop = Join([6, 0, 0xc2, 4], U32((uint)segment.Length + 8), segment);
        var frame = Join(Ethernet(0x86dd, Ipv6(0, hopByHop, payloadLength: 0)), new byte[4]);
        var h = Decode(LinkType.Ethernet, frame);
        Assert.Equal((DecodeStatus.Tcp, 70000), (h.Status, h.PayloadLength));
    }

    [Fact]
    public void Ipv6_without_next_header_is_empty()
    {
        var h = Decode(LinkType.Ethernet, Join(Ethernet(0x86dd, Ipv6(59, [])), new byte[6]));
        Assert.Equal((DecodeStatus.OtherIp, 40, 0), (h.Status, h.IpLength, h.PayloadLength));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0)]
    [InlineData(15)]
    public void Data_offset_outside_the_segment_is_malformed(int dataOffset)
    {
        var frame = Ethernet(0x800, Ipv4(6, Tcp(Payload(10), dataOffset: dataOffset)));
        Assert.Equal(DecodeStatus.Malformed, Decode(LinkType.Ethernet, frame).Status);
        Assert.Equal(DecodeStatus.Malformed, Decode(LinkType.Ethernet, Ethernet(0x86dd, Ipv6(6, Tcp(Payload(10), dataOffset: dataOffset)))).Status);
    }

    [Theory]
    [InlineData(19)]
    [InlineData(39)]
    [InlineData(51)]
    [InlineData(1000)]
    public void Ip_length_that_contradicts_is_malformed(int totalLength)
    {
        var frame = Ethernet(0x800, Ipv4(6, Tcp([], Timestamps), totalLength: totalLength));
        Assert.Equal(DecodeStatus.Malformed, Decode(LinkType.Ethernet, frame).Status);
    }

    [Theory]
    [InlineData(7, DecodeStatus.Malformed, 0)]
    [InlineData(8, DecodeStatus.Udp, 0)]
    [InlineData(17, DecodeStatus.Udp, 9)]
    [InlineData(28, DecodeStatus.Udp, 20)]
    [InlineData(0, DecodeStatus.Udp, 20)]
    [InlineData(29, DecodeStatus.Malformed, 0)]
    public void Udp_length_is_judged_by_the_datagram(int length, DecodeStatus status, int payloadLength)
    {
        var h = Decode(LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(53, Payload(20), length: length))));
        Assert.Equal((status, payloadLength), (h.Status, h.PayloadLength));
    }

    [Fact]
    public void Content_that_is_no_tunnel_stays_udp()
    {
        byte[] four = Ipv4(6, Tcp());
        byte[][] contents =
        [
            Payload(64),
            [],
            Vxlan(1, Ethernet(0x806, new byte[28])),
            Vxlan(1, Ethernet(0x800, [0x65, .. four[1..]])),
            Vxlan(1, Ethernet(0x800, [0x44, .. four[1..]])),
            Vxlan(1, Ethernet(0x800, four[..^1])),
            [0, .. Vxlan(1, Ethernet(0x800, four))[1..]],
            Vxlan(1, Ethernet(0x86dd, Ipv6(6, Tcp())[..^1])),
        ];
        foreach (var content in contents)
        {
            var h = Decode(LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(4789, content))));
            Assert.Equal((DecodeStatus.Udp, 0, content.Length, 4789, 14), (h.Status, h.TunnelDepth, h.PayloadLength, h.DestinationPort, h.IpOffset));
        }

        var other = Decode(LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(4790, Vxlan(1, Ethernet(0x800, four))))));
        Assert.Equal((DecodeStatus.Udp, 0), (other.Status, other.TunnelDepth));
    }

    [Fact]
    public void Gre_with_other_content_stays_gre()
    {
        byte[][] contents = [Gre(0x880b, Payload(30)), Gre(0x6558, Ethernet(0x806, new byte[28])), [0x20, 1, .. Gre(0x800, Ipv4(6, Tcp()))[2..]]];
        foreach (var content in contents)
        {
            var h = Decode(LinkType.Ethernet, Ethernet(0x800, Ipv4(47, content)));
            Assert.Equal((DecodeStatus.OtherIp, 0, 47, content.Length), (h.Status, h.TunnelDepth, h.Protocol, h.PayloadLength));
        }
    }

    [Fact]
    public void Tunnel_in_a_first_fragment_shows_the_inner_segment()
    {
        var inner = Ipv4(6, Tcp(Payload(1400), Timestamps));
        var udp = Udp(4789, Vxlan(9, Ethernet(0x800, inner)));
        var h = Decode(LinkType.Raw, Ipv4(17, udp[..1000], fragment: 0x2000));
        Assert.Equal((DecodeStatus.Tcp, 1, 1400, false), (h.Status, h.TunnelDepth, h.PayloadLength, h.MoreFragments));
        var ipip = Decode(LinkType.Raw, Ipv4(4, inner[..1000], fragment: 0x2000));
        Assert.Equal((DecodeStatus.Tcp, 1, 1400), (ipip.Status, ipip.TunnelDepth, ipip.PayloadLength));
        var later = Decode(LinkType.Raw, Ipv4(17, udp[1000..], fragment: 125));
        Assert.Equal((DecodeStatus.LaterFragment, 0, 1000, udp.Length - 1000), (later.Status, later.TunnelDepth, later.FragmentOffset, later.PayloadLength));
    }

    [Fact]
    public void Tiny_first_fragment_is_cut_not_malformed()
    {
        var h = Decode(LinkType.Raw, Ipv4(6, Tcp()[..8], fragment: 0x2000));
        Assert.Equal((DecodeStatus.Cut, true, 0), (h.Status, h.MoreFragments, h.SourcePort));
    }

    [Theory]
    [InlineData(LinkType.Ipv4)]
    [InlineData(LinkType.Ipv6)]
    [InlineData(LinkType.Raw)]
    public void Wrong_ip_version_is_malformed(LinkType link) =>
        Assert.Equal(DecodeStatus.Malformed, Decode(link, [0x55, .. new byte[60]]).Status);

    [Fact]
    public void Unknown_link_and_network_are_said_so()
    {
        Assert.Equal(DecodeStatus.UnknownLink, Decode((LinkType)105, Payload(80)).Status);
        Assert.Equal(DecodeStatus.OtherNetwork, Decode(LinkType.Ethernet, Ethernet(0x88cc, Payload(80))).Status);
        Assert.Equal(DecodeStatus.OtherNetwork, Decode(LinkType.Null, Payload(80)).Status);
    }

    [Fact]
    public void Endless_chains_end()
    {
        var tags = Ethernet(0x8100, Join([.. Enumerable.Repeat(Vlan(5, 0x8100, []), 300)]));
        Assert.Equal(DecodeStatus.OtherNetwork, Decode(LinkType.Ethernet, tags).Status);
        var labels = Ethernet(0x8847, new byte[4000]);
        Assert.Equal(DecodeStatus.OtherNetwork, Decode(LinkType.Ethernet, labels).Status);
        byte[] chain = Tcp();
        for (var i = 0; i < 200; i++)
        {
            chain = Extension(i == 0 ? 6 : 60, chain);
        }

        var h = Decode(LinkType.Raw, Ipv6(60, chain));
        Assert.Equal((DecodeStatus.OtherIp, 60), (h.Status, h.Protocol));
    }

    private static bool IsNothing(object value) => value is false || (value is not bool && Convert.ToInt64(value, null) == 0);
}
