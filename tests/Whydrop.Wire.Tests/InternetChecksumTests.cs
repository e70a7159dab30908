using System.Buffers.Binary;
using System.Net;
using static Whydrop.Wire.Tests.TestFrames;

namespace Whydrop.Wire.Tests;

public class InternetChecksumTests
{
    /// <summary>The example of RFC 1071 (3).</summary>
    [Fact]
    public void Rfc_1071_example()
    {
        byte[] bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        Assert.Equal(0xddf2, InternetChecksum.Fold(InternetChecksum.Sum(bytes)));
        Assert.Equal(0x220d, InternetChecksum.Compute(bytes));
    }

    [Fact]
    public void Agrees_with_the_sum_of_16_bit_words()
    {
        var random = new Random(5);
        for (var length = 0; length < 200; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            uint plain = 0;
            for (var i = 0; i < length; i++)
            {
                plain += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
                plain = (plain & 0xffff) + (plain >> 16);
            }

            Assert.Equal((ushort)~plain, InternetChecksum.Compute(bytes));
        }
    }

    public static TheoryData<bool, int> Packets => new()
    {
        { false, 6 }, { true, 6 }, { false, 17 }, { true, 17 }, { false, 1 }, { true, 58 },
    };

    [Theory]
    [MemberData(nameof(Packets))]
    public void Transport_checksum_is_judged(bool six, int protocol)
    {
        for (var payload = 0; payload < 40; payload++)
        {
            var (frame, field) = Build(six, protocol, payload);
            Assert.Equal(ChecksumState.Valid, Verify(frame));
            frame[field] ^= 0x10;
            Assert.Equal(ChecksumState.Invalid, Verify(frame));
            Assert.Equal(ChecksumState.Unknown, Verify(frame.AsSpan(0, frame.Length - 1), frame.Length));
        }
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void Offloaded_checksum_is_recognised(bool six, bool withLength)
    {
        var (frame, field) = Build(six, 6, 30);
        var h = HeaderFields.Decode(LinkType.Ethernet, frame);
        var sum = InternetChecksum.PseudoHeaderSum(h.SourceBytes(frame), h.DestinationBytes(frame), 6, withLength ? frame.Length - h.TransportOffset : 0);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(field), InternetChecksum.Fold(sum));
        Assert.Equal(ChecksumState.PseudoHeaderOnly, Verify(frame));
    }

    [Fact]
    public void Absent_or_unknowable_is_said_so()
    {
        Assert.Equal(ChecksumState.Absent, Verify(Ethernet(0x800, Ipv4(17, Udp(53, Payload(9))))));
        Assert.Equal(ChecksumState.Unknown, Verify(Ethernet(0x800, Ipv4(17, Udp(53, Payload(9), length: 900), fragment: 0x2000))));
        Assert.Equal(ChecksumState.Unknown, Verify(Ethernet(0x800, Ipv4(132, Payload(20)))));
        Assert.Equal(ChecksumState.Unknown, Verify(Ethernet(0x806, Payload(28))));
        var routed = Ipv6(43, Join([6, 0, 0, 1, 0, 0, 0, 0], Tcp(Payload(5))));
        Assert.Equal(ChecksumState.Unknown, Verify(Ethernet(0x86dd, routed)));
    }

    [Fact]
    public void Addresses_are_formatted()
    {
        Assert.Equal(IPAddress.Parse("192.0.2.1"), WireAddress.FromIpv4(0xc0000201));
        Assert.Equal(IPAddress.Parse("2001:db8::7"), WireAddress.FromBytes(IPAddress.Parse("2001:db8::7").GetAddressBytes()));
        Assert.Null(WireAddress.FromBytes([1, 2, 3]));
    }

    private static ChecksumState Verify(ReadOnlySpan<byte> frame, int? originalLength = null) =>
        InternetChecksum.Verify(HeaderFields.Decode(LinkType.Ethernet, frame, originalLength), frame);

    /// <summary>A frame with a right checksum, and where its field is.</summary>
    private static (byte[] Frame, int Field) Build(bool six, int protocol, int payload)
    {
        var upper = protocol switch
        {
            6 => Tcp(Payload(payload), Timestamps),
            17 => Udp(53, Payload(payload)),
            _ => Join([8, 0, 0, 0, 0, 5, 0, 6], Payload(payload)),
        };
        var field = protocol switch { 6 => 16, 17 => 6, _ => 2 };
        BinaryPrimitives.WriteUInt16BigEndian(upper.AsSpan(field), 0);
        var (source, destination) = six ? ("2001:db8::1", "2001:db8:0:1::2") : ("10.1.2.3", "192.0.2.7");
        byte[] pseudo = protocol == 1 ? [] : Join(IPAddress.Parse(source).GetAddressBytes(), IPAddress.Parse(destination).GetAddressBytes(), U32((uint)upper.Length), U32((uint)protocol));
        BinaryPrimitives.WriteUInt16BigEndian(upper.AsSpan(field), InternetChecksum.Compute(Join(pseudo, upper)));
        var packet = six ? Ipv6(protocol, upper) : Ipv4(protocol, upper);
        return (Ethernet(six ? 0x86dd : 0x800, packet), 14 + (six ? 40 : 20) + field);
    }
}
