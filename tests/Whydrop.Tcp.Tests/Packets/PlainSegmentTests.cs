using System.Buffers.Binary;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp.Tests.Packets;

public class PlainSegmentTests
{
    private static readonly byte[] Timestamps = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] Sack = [1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9];

    [Theory]
    [InlineData(LinkType.Ethernet)]
    [InlineData(LinkType.LinuxSll)]
    [InlineData(LinkType.LinuxSll2)]
    public unsafe void ItSaysWhatTheDecoderSays(LinkType link)
    {
        PacketHeaders headers = default;
        var state = 1UL;
        var read = 0;
        for (var round = 0; round < 60_000; round++)
        {
            byte[] options = (round % 4) switch { 0 => [], 1 => Timestamps, 2 => Sack, _ => [.. Timestamps, .. Sack] };
            var frame = Frame(link, options, payload: round % 7);
            for (var changes = round % 3; changes > 0; changes--)
            {
                frame[Next(ref state, frame.Length)] = (byte)Next(ref state, 256);
            }

            var captured = round % 5 == 0 ? Next(ref state, frame.Length + 1) : frame.Length;
            var original = frame.Length + Next(ref state, 3) - 1;
            TcpSegment plain = default;
            fixed (byte* bytes = frame)
            {
                // SAFETY: captured is at most the length of the pinned array.
                if (!PlainSegment.TryRead(bytes, captured, original, PlainSegment.IpOffset(link), PlainSegment.TypeOffset(link), 3, ref plain))
                {
                    continue;
                }
            }

            read++;
            FrameDecoder.Decode(link, frame.AsSpan(0, captured), original, ref headers);
            Assert.Equal((DecodeStatus.Tcp, 4, 0, false), (headers.Status, headers.IpVersion, headers.TunnelDepth, headers.MoreFragments));
            TcpSegment decoded = default;
            decoded.Take(headers);
            decoded.FromHigh = decoded.Key.Set(FlowKeyBits.End(headers.Source4, headers.SourcePort), FlowKeyBits.End(headers.Destination4, headers.DestinationPort), 3, 0);
            Assert.Equal(decoded, plain);
        }

        Assert.True(read > 10_000, $"{read} frames took the short way");
    }

    [Theory]
    [InlineData(0x0A000001, 80, 0x0A000002, 40000, false)]
    [InlineData(0x0A000002, 40000, 0x0A000001, 80, true)]
    [InlineData(0xFFFFFFFF, 65535, 0, 0, true)]
    [InlineData(0, 0, 0xFFFFFFFF, 65535, false)]
    [InlineData(0x0A000001, 81, 0x0A000001, 80, true)]
    [InlineData(0x0A000001, 80, 0x0A000001, 80, false)]
    public void AKeyIsTheSameInBothDirections(uint source, ushort sourcePort, uint destination, ushort destinationPort, bool fromHigh)
    {
        FlowKeyBits there = default, back = default;
        var (a, b) = (FlowKeyBits.End(source, sourcePort), FlowKeyBits.End(destination, destinationPort));

        Assert.Equal(fromHigh, there.Set(a, b, 65534, FlowKeyBits.Ipv6Domain | 0x7FFF));
        Assert.Equal(!fromHigh && a != b, back.Set(b, a, 65534, FlowKeyBits.Ipv6Domain | 0x7FFF));

        Assert.True(there.Same(back));
        Assert.Equal(there.Mix(3, 5), back.Mix(3, 5));
        Assert.Equal((65534, 0x7FFF, true), (there.Point, there.Encapsulation, there.IsIpv6));
        Assert.Equal(fromHigh ? (destination, destinationPort, source, sourcePort) : (source, sourcePort, destination, destinationPort), (there.AddressLow, there.PortLow, there.AddressHigh, there.PortHigh));
    }

    private static int Next(ref ulong state, int below)
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return (int)(state % (uint)below);
    }

    private static byte[] Frame(LinkType link, byte[] options, int payload)
    {
        var ip = PlainSegment.IpOffset(link);
        var frame = new byte[ip + 40 + options.Length + payload];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(PlainSegment.TypeOffset(link)), 0x0800);
        var header = frame.AsSpan(ip);
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)header.Length);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], 0x1234);
        header[6] = 0x40;
        header[8] = 63;
        header[9] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], 0x0A000002);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], 0x0A000001);
        BinaryPrimitives.WriteUInt16BigEndian(header[20..], 40000);
        BinaryPrimitives.WriteUInt16BigEndian(header[22..], 443);
        BinaryPrimitives.WriteUInt32BigEndian(header[24..], 0x01020304);
        BinaryPrimitives.WriteUInt32BigEndian(header[28..], 0xA0B0C0D0);
        header[32] = (byte)((20 + options.Length) << 2);
        header[33] = 0x18;
        header[34] = 0x7F;
        options.CopyTo(header[40..]);
        return frame;
    }
}
