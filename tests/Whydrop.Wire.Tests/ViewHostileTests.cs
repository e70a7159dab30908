using Whydrop.Wire.Views;

namespace Whydrop.Wire.Tests;

/// <summary>After TryParse succeeds no accessor throws; every shorter length fails or gives a usable view.</summary>
public class ViewHostileTests
{
    [Fact]
    public void Every_view_at_every_length_of_random_bytes()
    {
        var random = new Random(3);
        var buffer = new byte[72];
        long touched = 0;
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(buffer);
            Tame(buffer, random);
            touched += Touch(buffer.AsSpan(0, random.Next(buffer.Length + 1)));
        }

        Assert.True(touched > 0);
    }

    [Fact]
    public void Every_view_at_every_length_of_real_packets()
    {
        long touched = 0;
        foreach (var (_, _, frame) in TestFrames.All())
        {
            for (var start = 0; start < frame.Length; start++)
            {
                for (var length = 0; start + length <= frame.Length; length += length < 64 ? 1 : 7)
                {
                    touched += Touch(frame.AsSpan(start, length));
                }
            }
        }

        Assert.True(touched > 0);
    }

    [Fact]
    public void A_failed_parse_needs_more_than_it_had()
    {
        for (var length = 0; length < 60; length++)
        {
            var bytes = TestFrames.Ipv4(6, TestFrames.Tcp(TestFrames.Payload(20))).AsSpan(0, length);
            if (!Ipv4Header.TryParse(bytes, out _, out var error))
            {
                Assert.True(error.Needed > error.Had && error.Had == length && error.Limit == WireLimit.Capture);
            }
            else
            {
                Assert.True(length >= 20);
            }
        }
    }

    /// <summary>Makes version and length fields plausible now and then, so that deeper code is reached.</summary>
    private static void Tame(byte[] buffer, Random random)
    {
        buffer[0] = random.Next(6) switch
        {
            0 => 0x45,
            1 => 0x46,
            2 => 0x60,
            3 => (byte)random.Next(20),
            _ => buffer[0],
        };
        if (random.Next(2) == 0)
        {
            buffer[6] = (byte)random.Next(61);
            buffer[1] = (byte)random.Next(3);
        }
    }

    private static long Touch(ReadOnlySpan<byte> bytes) =>
        Link(bytes) + Network(bytes) + Icmp(bytes) + Transport(bytes) + Tunnels(bytes) + Quoted(bytes);

    private static long Link(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        if (EthernetFrame.TryParse(bytes, out var ethernet, out _))
        {
            sum += ethernet.Source[5] + ethernet.Destination[5] + ethernet.Type + ethernet.Payload.Length;
        }

        if (VlanTag.TryParse(bytes, out var tag, out _))
        {
            sum += tag.Identifier + tag.Priority + tag.Type + tag.Payload.Length;
        }

        if (SllHeader.TryParse(bytes, out var sll, out _))
        {
            sum += sll.Address.Length + sll.Protocol + sll.PacketType + sll.HardwareType + sll.Payload.Length;
        }

        if (Sll2Header.TryParse(bytes, out var sll2, out _))
        {
            sum += sll2.Address.Length + sll2.Protocol + sll2.InterfaceIndex + sll2.HardwareType + sll2.PacketType + sll2.Payload.Length;
        }

        if (ArpPacket.TryParse(bytes, out var arp, out _))
        {
            sum += arp.SenderHardware.Length + arp.SenderProtocol.Length + arp.TargetHardware.Length + arp.TargetProtocol.Length + arp.Operation;
        }

        return sum;
    }

    private static long Network(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        if (Ipv4Header.TryParse(bytes, out var four, out _))
        {
            sum += four.Payload.Length + four.PayloadLength + four.OptionBytes.Length + (four.ChecksumIsValid == true ? 1 : 0) + four.Source[3] + four.Destination[3] + four.FragmentOffset;
            foreach (var option in four.Options)
            {
                sum += option.Type + option.Value.Length;
            }
        }

        if (Ipv6Header.TryParse(bytes, out var six, out _))
        {
            sum += six.Payload.Length + six.Source[15] + six.Destination[15] + six.FlowLabel;
            var extensions = six.Extensions;
            while (extensions.MoveNext())
            {
                var extension = extensions.Current;
                sum += extension.Bytes.Length + extension.FragmentOffset + extension.Identification + extension.SegmentsLeft + (extension.MoreFragments ? 1 : 0);
            }

            Assert.True(extensions.Offset + extensions.Rest.Length == six.Payload.Length);
        }

        return sum;
    }

    private static long Icmp(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        if (Icmpv4Message.TryParse(bytes, out var four, out _))
        {
            sum += four.Type + four.Code + (four.NextHopMtu ?? 0) + four.EchoSequence + four.Payload.Length;
            sum += four.TryGetQuoted(out var quoted, out _) ? quoted.Bytes.Length : 0;
        }

        if (Icmpv6Message.TryParse(bytes, out var six, out _))
        {
            sum += six.Type + six.Code + (six.NextHopMtu ?? 0) + six.EchoSequence + six.Payload.Length;
            sum += six.TryGetQuoted(out var quoted, out _) ? quoted.Bytes.Length : 0;
        }

        return sum;
    }

    private static long Quoted(ReadOnlySpan<byte> bytes) => QuotedDatagram.TryParse(bytes, out var quoted, out _)
        ? quoted.SourcePort + quoted.DestinationPort + (quoted.Sequence ?? 0) + quoted.Source.Length + quoted.Destination.Length + quoted.TotalLength + quoted.Transport.Length + quoted.Protocol
        : 0;

    private static long Transport(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        if (TcpHeader.TryParse(bytes, out var tcp, out _))
        {
            sum += tcp.OptionBytes.Length + tcp.Payload.Length + tcp.Sequence + tcp.Window + tcp.UrgentPointer;
            foreach (var option in tcp.Options)
            {
                sum += option.SackBlockCount + option.SackBlock(1).LeftEdge + option.Value.Length;
                sum += option.TryGetTimestamps(out var value, out _) ? value : 0;
                sum += option.TryGetFastOpenCookie(out var cookie) ? cookie.Length : 0;
                sum += option.TryGetMultipathSubtype(out var subtype) ? subtype : 0;
                sum += option.TryGetMaximumSegmentSize(out var mss) ? mss : 0;
                sum += option.TryGetWindowScale(out var shift) ? shift : 0;
            }
        }

        if (UdpHeader.TryParse(bytes, out var udp, out _))
        {
            sum += udp.Payload.Length + udp.Length + udp.Checksum;
        }

        return sum;
    }

    private static long Tunnels(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        if (GreHeader.TryParse(bytes, out var gre, out _))
        {
            sum += gre.Payload.Length + (gre.Key ?? 0) + (gre.Sequence ?? 0) + gre.ProtocolType;
        }

        if (VxlanHeader.TryParse(bytes, out var vxlan, out _))
        {
            sum += vxlan.Payload.Length + vxlan.NetworkIdentifier + (vxlan.GroupPolicy ?? 0);
        }

        if (GeneveHeader.TryParse(bytes, out var geneve, out _))
        {
            sum += geneve.Payload.Length + geneve.OptionBytes.Length + geneve.NetworkIdentifier + geneve.ProtocolType;
        }

        return sum;
    }
}
