using System.Buffers.Binary;
using static Whydrop.Wire.Tests.HeaderFields;

namespace Whydrop.Wire.Tests;

/// <summary>Random and damaged frames: no exception, no field that the bytes do not hold, both paths agree.</summary>
public class FrameDecoderHostileTests
{
    private static readonly LinkType[] Links = [LinkType.Ethernet, LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.Raw, LinkType.Null, LinkType.Loop, LinkType.Ipv4, LinkType.Ipv6];

    [Fact]
    public void Random_bytes_are_survived()
    {
        var random = new Random(7);
        var buffer = new byte[160];
        var reused = Dirty();
        for (var i = 0; i < 60_000; i++)
        {
            random.NextBytes(buffer);
            var frame = buffer.AsSpan(0, random.Next(buffer.Length + 1));
            Check(Links[random.Next(Links.Length)], frame, frame.Length + random.Next(-200, 200), ref reused);
        }
    }

    [Fact]
    public void Damaged_frames_are_survived()
    {
        var random = new Random(11);
        var shapes = TestFrames.All().ToArray();
        var reused = Dirty();
        for (var i = 0; i < 140_000; i++)
        {
            var (_, link, original) = shapes[random.Next(shapes.Length)];
            var frame = original.AsSpan().ToArray();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                frame[random.Next(Math.Min(frame.Length, 130))] = (byte)random.Next(256);
            }

            var kept = random.Next(3) == 0 ? random.Next(frame.Length + 1) : frame.Length;
            Check(link, frame.AsSpan(0, kept), random.Next(4) == 0 ? random.Next(70_000) : frame.Length, ref reused);
        }
    }

    private static void Check(LinkType link, ReadOnlySpan<byte> frame, int originalLength, ref PacketHeaders reused)
    {
        FrameDecoder.Decode(link, frame, originalLength, ref reused);
        PacketHeaders general = default;
        FrameDecoder.DecodeAny(link, frame, originalLength, ref general);
        Assert.Equal("", Difference(general, reused));

        var h = reused;
        Assert.InRange(h.TunnelDepth, 0, 4);
        Assert.True(h.IpOffset >= 0 && h.OuterIpOffset >= 0 && h.PayloadOffset >= 0 && h.PayloadLength >= 0 && h.IpLength >= 0 && h.FragmentOffset >= 0);
        Assert.True(h.SackBlocks == 0 ? h.SackOffset == 0 : h.SackOffset + (8 * h.SackBlocks) <= frame.Length);
        if (h.IpVersion == 4)
        {
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(frame[(h.IpOffset + 12)..]), h.Source4);
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(frame[(h.IpOffset + 16)..]), h.Destination4);
        }

        if (h.Status == DecodeStatus.Tcp)
        {
            Assert.Equal(BinaryPrimitives.ReadUInt16BigEndian(frame[h.TransportOffset..]), h.SourcePort);
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(frame[(h.TransportOffset + 4)..]), h.Sequence);
            Assert.Equal(frame[h.TransportOffset + 13], h.TcpFlags);
            Assert.Equal(h.TransportOffset + 20 + h.TcpOptionsLength, h.PayloadOffset);
        }

        Assert.True(h.CapturedPayload(frame).Length <= h.PayloadLength);
        Assert.True(h.SourceBytes(frame).Length is 0 or 4 or 16);
        Assert.True(h.OuterDestinationBytes(frame).Length is 0 or 4 or 16);
    }
}
