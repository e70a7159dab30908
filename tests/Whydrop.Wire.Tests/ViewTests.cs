using System.Net;
using Whydrop.Wire.Views;
using static Whydrop.Wire.Tests.TestFrames;

namespace Whydrop.Wire.Tests;

public class ViewTests
{
    private static string Text(ReadOnlySpan<byte> address) => new IPAddress(address).ToString();

    [Fact]
    public void Link_headers()
    {
        var frame = Ethernet(0x8100, Vlan(0xb064, 0x800, [1, 2, 3]));
        Assert.True(EthernetFrame.TryParse(frame, out var ethernet, out _));
        Assert.Equal("02:00:00:00:00:01", WireAddress.MacText(ethernet.Source));
        Assert.Equal("02:00:00:00:00:02", WireAddress.MacText(ethernet.Destination));
        Assert.Equal(EtherType.Vlan, ethernet.Type);
        Assert.True(VlanTag.TryParse(ethernet.Payload, out var tag, out _));
        Assert.Equal((5, true, 100, EtherType.Ipv4), (tag.Priority, tag.DropEligible, tag.Identifier, tag.Type));
        Assert.Equal([1, 2, 3], tag.Payload.ToArray());

        Assert.True(SllHeader.TryParse(Sll(4, 0x86dd, [9]), out var sll, out _));
        Assert.Equal((4, 1, 0x86dd, 1), (sll.PacketType, sll.HardwareType, sll.Protocol, sll.Payload.Length));
        Assert.Equal(ClientMac, sll.Address.ToArray());

        Assert.True(Sll2Header.TryParse(Sll2(3, 17, 0x800, [9, 9]), out var sll2, out _));
        Assert.Equal((3, 17, 1, 0x800, 2), (sll2.PacketType, sll2.InterfaceIndex, sll2.HardwareType, sll2.Protocol, sll2.Payload.Length));
        Assert.Equal(ClientMac, sll2.Address.ToArray());
    }

    [Fact]
    public void Arp()
    {
        var packet = Join(U16(1), U16(0x800), [6, 4], U16(2), ClientMac, [10, 1, 2, 3], ServerMac, [10, 1, 2, 4], new byte[18]);
        Assert.True(ArpPacket.TryParse(packet, out var arp, out _));
        Assert.Equal((1, 0x800, 2), (arp.HardwareType, arp.ProtocolType, arp.Operation));
        Assert.Equal(("10.1.2.3", "10.1.2.4"), (Text(arp.SenderProtocol), Text(arp.TargetProtocol)));
        Assert.Equal(ClientMac, arp.SenderHardware.ToArray());
        Assert.Equal(ServerMac, arp.TargetHardware.ToArray());
    }

    [Fact]
    public void Ipv4_with_options_and_padding()
    {
        byte[] options = [1, 148, 4, 0, 0, 7, 3, 4];
        var bytes = Join(Ipv4(6, [1, 2, 3], options: options, fragment: 0x2000 | 3), new byte[10]);
        Assert.True(Ipv4Header.TryParse(bytes, out var header, out _));
        Assert.Equal((28, 31, 3, 24, 63, 6), (header.HeaderLength, header.TotalLength, header.PayloadLength, header.FragmentOffset, header.TimeToLive, header.Protocol));
        Assert.Equal((false, true, 0x1234, 0x12), (header.DontFragment, header.MoreFragments, header.Identification, header.TrafficClass));
        Assert.Equal([1, 2, 3], header.Payload.ToArray());
        Assert.True(header.ChecksumIsValid);
        var types = new List<byte>();
        foreach (var option in header.Options)
        {
            types.Add(option.Type);
        }

        Assert.Equal([148, 7], types);
        bytes[8]--;
        Assert.True(Ipv4Header.TryParse(bytes, out header, out _));
        Assert.False(header.ChecksumIsValid);
        Assert.True(Ipv4Header.TryParse(bytes.AsSpan(0, 22), out header, out _));
        Assert.Null(header.ChecksumIsValid);
        Assert.Equal(2, header.OptionBytes.Length);
        Assert.True(header.Payload.IsEmpty);
    }

    [Fact]
    public void Ipv6_with_extensions()
    {
        var bytes = Join(Ipv6(0, Extension(43, Extension(44, Fragment(17, 1448, true, 77, [5, 5]), 1))), new byte[3]);
        Assert.True(Ipv6Header.TryParse(bytes, out var header, out _));
        Assert.Equal((0x34, 0x54321u, 0, 61), (header.TrafficClass, header.FlowLabel, header.NextHeader, header.HopLimit));
        Assert.Equal(("2001:db8::1", "2001:db8:0:1::2"), (Text(header.Source), Text(header.Destination)));
        var extensions = header.Extensions;
        var kinds = new List<(byte, int)>();
        while (extensions.MoveNext())
        {
            kinds.Add((extensions.Current.Kind, extensions.Current.Bytes.Length));
        }

        Assert.Equal([(0, 8), (43, 16), (44, 8)], kinds);
        Assert.Equal((1448, true, 77u), (extensions.Current.FragmentOffset, extensions.Current.MoreFragments, extensions.Current.Identification));
        Assert.Equal((17, 32, true, false, 2), (extensions.NextHeader, extensions.Offset, extensions.IsLaterFragment, extensions.IsCut, extensions.Rest.Length));
    }

    [Fact]
    public void Tcp_options_of_every_kind()
    {
        byte[] options =
        [
            2, 4, 0x05, 0xb4, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2,
            34, 4, 0xca, 0xfe, 254, 6, 0xf9, 0x89, 1, 2, 30, 4, 0x21, 0, 200, 3, 9, 1, 1, 0, 0,
        ];
        Assert.True(TcpHeader.TryParse(Tcp([7], options, flags: 0xc2), out var header, out _));
        Assert.Equal((40000, 443, 0x01020304u, 0xa0b0c0d0u, 60, 0xc2, 501, 0xbeef), (header.SourcePort, header.DestinationPort, header.Sequence, header.Acknowledgment, header.HeaderLength, header.Flags, header.Window, header.Checksum));
        Assert.Equal([7], header.Payload.ToArray());
        var walk = header.Options;
        var seen = new List<TcpOptionKind>();
        while (walk.MoveNext())
        {
            var option = walk.Current;
            seen.Add(option.Kind);
            switch (option.Kind)
            {
                case TcpOptionKind.MaximumSegmentSize:
                    Assert.True(option.TryGetMaximumSegmentSize(out var mss) && mss == 1460);
                    break;
                case TcpOptionKind.WindowScale:
                    Assert.True(option.TryGetWindowScale(out var shift) && shift == 7);
                    break;
                case TcpOptionKind.Timestamps:
                    Assert.True(option.TryGetTimestamps(out var value, out var echo) && value == 1 && echo == 2);
                    break;
                case TcpOptionKind.FastOpenCookie:
                    Assert.True(option.TryGetFastOpenCookie(out var cookie) && cookie.SequenceEqual((byte[])[0xca, 0xfe]));
                    break;
                case TcpOptionKind.Experiment2:
                    Assert.True(option.TryGetFastOpenCookie(out var old) && old.SequenceEqual((byte[])[1, 2]));
                    break;
                case TcpOptionKind.MultipathTcp:
                    Assert.True(option.TryGetMultipathSubtype(out var subtype) && subtype == 2);
                    Assert.False(option.TryGetTimestamps(out _, out _));
                    break;
            }
        }

        Assert.Equal([2, 3, 4, 8, 34, 254, 30, 200], seen.Select(kind => (int)kind));
        Assert.Equal(default, walk.Error);
    }

    [Fact]
    public void Sack_blocks()
    {
        byte[] options = [1, 1, 5, 18, .. U32(100), .. U32(200), .. U32(300), .. U32(400)];
        var frame = Ethernet(0x800, Ipv4(6, Tcp(options: options)));
        var walk = TcpOptions.Of(HeaderFields.Decode(LinkType.Ethernet, frame), frame);
        Assert.True(walk.MoveNext());
        Assert.Equal(2, walk.Current.SackBlockCount);
        Assert.Equal(new SackBlock(100, 200), walk.Current.SackBlock(0));
        Assert.Equal(new SackBlock(300, 400), walk.Current.SackBlock(1));
        Assert.Equal(default, walk.Current.SackBlock(2));
        Assert.False(walk.MoveNext());
    }

    [Fact]
    public void Options_that_end_early_say_why()
    {
        byte[] options = [2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 1, 0, 0];
        Assert.True(TcpHeader.TryParse(Tcp([], options), out var broken, out _));
        var walk = broken.Options;
        Assert.True(walk.MoveNext());
        Assert.False(walk.MoveNext());
        Assert.Equal(new WireError(WireLayer.TcpOptions, 10, 8, WireLimit.HeaderField), walk.Error);

        Assert.True(TcpHeader.TryParse(Tcp([], Timestamps).AsSpan(0, 28), out var cut, out _));
        walk = cut.Options;
        Assert.False(walk.MoveNext());
        Assert.Equal(new WireError(WireLayer.TcpOptions, 10, 6, WireLimit.Capture), walk.Error);

        Assert.True(TcpHeader.TryParse(Tcp([], [5, 1, 0, 0]), out var impossible, out _));
        walk = impossible.Options;
        Assert.False(walk.MoveNext());
        Assert.Equal(WireLimit.HeaderField, walk.Error.Limit);
    }

    [Fact]
    public void Udp_and_tunnel_headers()
    {
        Assert.True(UdpHeader.TryParse(Join(Udp(53, [1, 2]), new byte[9]), out var udp, out _));
        Assert.Equal((50000, 53, 10, 2), (udp.SourcePort, udp.DestinationPort, udp.Length, udp.Payload.Length));

        Assert.True(GreHeader.TryParse(Gre(0x86dd, [7], 77, true, 5), out var gre, out _));
        Assert.Equal((16, (ushort)0x86dd, (uint?)77, (uint?)5, 1), (gre.HeaderLength, gre.ProtocolType, gre.Key, gre.Sequence, gre.Payload.Length));
        Assert.True(GreHeader.TryParse(Gre(0x800, []), out gre, out _));
        Assert.Equal((4, (uint?)null, (uint?)null), (gre.HeaderLength, gre.Key, gre.Sequence));

        Assert.True(VxlanHeader.TryParse([0x88, 0, 0, 9, .. U32(42 << 8), 1], out var vxlan, out _));
        Assert.Equal((42u, (ushort?)9, 1), (vxlan.NetworkIdentifier, vxlan.GroupPolicy, vxlan.Payload.Length));

        Assert.True(GeneveHeader.TryParse(Geneve(3, 0x6558, [0, 1, 0x80, 1, 1, 2, 3, 4], [6]), out var geneve, out _));
        Assert.Equal((16, 0x6558, 3u, 8, 1, false), (geneve.HeaderLength, geneve.ProtocolType, geneve.NetworkIdentifier, geneve.OptionBytes.Length, geneve.Payload.Length, geneve.IsControl));
    }

    [Fact]
    public void Fragmentation_needed_names_the_segment_and_the_mtu()
    {
        var original = Ipv4(6, Tcp(Payload(1398), Timestamps), id: 0x4242);
        var message = Join([3, 4, 0, 0], U32(1440), original[..28]);
        Assert.True(Icmpv4Message.TryParse(message, out var icmp, out _));
        Assert.True(icmp.IsFragmentationNeeded);
        Assert.Equal((ushort)1440, icmp.NextHopMtu);
        Assert.True(icmp.TryGetQuoted(out var quoted, out _));
        Assert.Equal((4, 6, 1450, 0x4242u, true), (quoted.IpVersion, quoted.Protocol, quoted.TotalLength, quoted.Identification, quoted.DontFragment));
        Assert.Equal(("10.1.2.3", "192.0.2.7"), (Text(quoted.Source), Text(quoted.Destination)));
        Assert.Equal(((ushort)40000, (ushort)443, (uint?)0x01020304u), (quoted.SourcePort, quoted.DestinationPort, quoted.Sequence));
    }

    [Fact]
    public void Packet_too_big_names_the_segment_and_the_mtu()
    {
        var original = Ipv6(0, Extension(6, Tcp(Payload(1398))));
        Assert.True(Icmpv6Message.TryParse(Join([2, 0, 0, 0], U32(1280), original[..1232]), out var icmp, out _));
        Assert.Equal((true, 1280u), (icmp.IsPacketTooBig, icmp.NextHopMtu));
        Assert.True(icmp.TryGetQuoted(out var quoted, out _));
        Assert.Equal((6, 6, original.Length, true), (quoted.IpVersion, quoted.Protocol, quoted.TotalLength, quoted.HasPorts));
        Assert.Equal(0x01020304u, quoted.Sequence);
    }

    [Fact]
    public void Quote_of_an_outer_packet_leads_to_the_inner_one()
    {
        var outer = Ipv4(4, Ipv4(6, Tcp(Payload(600))), "172.16.0.1", "172.16.0.2");
        Assert.True(Icmpv4Message.TryParse(Join([3, 4, 0, 0], U32(1400), outer[..80]), out var icmp, out _));
        Assert.True(icmp.TryGetQuoted(out var quoted, out _));
        Assert.Equal((4, false, 0), (quoted.Protocol, quoted.HasPorts, quoted.SourcePort));
        Assert.True(QuotedDatagram.TryParse(quoted.Transport, out var inner, out _));
        Assert.Equal((40000, 443), (inner.SourcePort, inner.DestinationPort));
    }

    [Fact]
    public void Extensions_behind_a_quote_are_no_part_of_it()
    {
        var message = Join([11, 0, 0, 0, 0, 32, 0, 0], Ipv4(17, Udp(33434, Payload(8)))[..36], new byte[92], [0x20, 0, 0, 0]);
        Assert.True(Icmpv4Message.TryParse(message, out var icmp, out _));
        Assert.True(icmp.TryGetQuoted(out var quoted, out _));
        Assert.Equal((128, (ushort)33434, (uint?)null), (quoted.Bytes.Length, quoted.DestinationPort, quoted.Sequence));
        Assert.Null(icmp.NextHopMtu);
        Assert.True(Icmpv4Message.TryParse([8, 0, 0, 0, 0, 5, 0, 6], out var echo, out _));
        Assert.Equal((5, 6, false), (echo.EchoIdentifier, echo.EchoSequence, echo.TryGetQuoted(out _, out _)));
    }

    [Fact]
    public void Errors_say_layer_and_limit()
    {
        Assert.False(TcpHeader.TryParse(new byte[12], out _, out var error));
        Assert.Equal(new WireError(WireLayer.Tcp, 20, 12, WireLimit.Capture), error);
        Assert.Equal(WireLimit.Capture, error.Within(40).Limit);
        Assert.Equal(new WireError(WireLayer.Tcp, 20, 12, WireLimit.HeaderField), error.Within(12));
        Assert.False(TcpHeader.TryParse(Tcp(dataOffset: 4), out _, out error));
        Assert.Equal(new WireError(WireLayer.Tcp, 20, 16, WireLimit.HeaderField), error);
        Assert.False(Ipv4Header.TryParse(Ipv6(6, Tcp()), out _, out error));
        Assert.Equal(new WireError(WireLayer.Ipv4, 4, 6, WireLimit.Kind), error);
        Assert.False(Ipv4Header.TryParse(Ipv4(6, [], totalLength: 19), out _, out error));
        Assert.Equal("Ipv4: needs 20 bytes, a length field leaves 19", error.ToString());
        Assert.False(UdpHeader.TryParse(Udp(1, [], length: 7), out _, out error));
        Assert.Equal(new WireError(WireLayer.Udp, 8, 7, WireLimit.HeaderField), error);
    }
}
