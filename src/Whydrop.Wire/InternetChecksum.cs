using System.Buffers.Binary;
using Whydrop.Wire.Views;

namespace Whydrop.Wire;

/// <summary>The Internet checksum (RFC 1071) and its use by TCP, UDP and ICMPv6.</summary>
public static class InternetChecksum
{
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmpv6 = 58;

    /// <summary>One's complement of the one's complement sum: 0 over bytes that include a right checksum.</summary>
    /// <param name="bytes">The bytes; an odd last byte is padded with zero.</param>
    public static ushort Compute(ReadOnlySpan<byte> bytes) => (ushort)~Fold(Sum(bytes));

    /// <summary>Unfolded sum of big-endian 16-bit words.</summary>
    /// <param name="bytes">The bytes; an odd last byte is padded with zero.</param>
    /// <param name="start">A sum to go on from; the bytes before it must have been even in number.</param>
    public static ulong Sum(ReadOnlySpan<byte> bytes, ulong start = 0)
    {
        // 2^32 ≡ 1 modulo 2^16 − 1, so 32-bit words add up to the same folded sum (RFC 1071, 2).
        while (bytes.Length >= 4)
        {
            start += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[4..];
        }

        if (bytes.Length >= 2)
        {
            start += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        return bytes.IsEmpty ? start : start + ((ulong)bytes[0] << 8);
    }

    /// <summary>Folds a sum to 16 bits with end-around carry.</summary>
    /// <param name="sum">From <see cref="Sum"/>.</param>
    public static ushort Fold(ulong sum)
    {
        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)sum;
    }

    /// <summary>Unfolded sum of the pseudo-header (RFC 9293, 3.1; RFC 8200, 8.1).</summary>
    /// <param name="source">4 or 16 bytes.</param>
    /// <param name="destination">As many bytes.</param>
    /// <param name="protocol">Upper-layer protocol.</param>
    /// <param name="length">Bytes of the upper-layer packet.</param>
    public static ulong PseudoHeaderSum(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte protocol, int length) =>
        Sum(source) + Sum(destination) + protocol + (uint)length;

    /// <summary>Verifies the checksum of the innermost TCP, UDP, ICMP or ICMPv6 packet.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static ChecksumState Verify(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        var field = h.Status switch
        {
            DecodeStatus.Tcp => 16,
            DecodeStatus.Udp => 6,
            DecodeStatus.Icmp => 2,
            _ => -1,
        };
        var length = h.PayloadOffset - h.TransportOffset + h.PayloadLength;
        if (field < 0 || h.MoreFragments || h.TransportOffset + (long)length > frame.Length || HasRoutingHeader(h, frame))
        {
            return ChecksumState.Unknown;
        }

        var packet = frame.Slice(h.TransportOffset, length);
        var written = BinaryPrimitives.ReadUInt16BigEndian(packet[field..]);
        if (h.Protocol == Udp && written == 0)
        {
            return ChecksumState.Absent;
        }

        var pseudo = h.Protocol == Icmp ? 0 : PseudoHeaderSum(h.SourceBytes(frame), h.DestinationBytes(frame), h.Protocol, length);
        if (Fold(Sum(packet, pseudo)) == 0xffff)
        {
            return ChecksumState.Valid;
        }

        // Linux leaves the pseudo-header sum with the length (CHECKSUM_PARTIAL), some drivers and Windows without it for large sends.
        var partial = h.Protocol is Tcp or Udp or Icmpv6 && (written == Fold(pseudo) || written == Fold(pseudo - (uint)length));
        return partial ? ChecksumState.PseudoHeaderOnly : ChecksumState.Invalid;
    }

    /// <summary>RFC 8200 (8.1): with segments left the checksum covers the final destination, which is not in the IPv6 header.</summary>
    private static bool HasRoutingHeader(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        if (h.IpVersion != 6 || !Ipv6Header.TryParse(frame[h.IpOffset..], out var header, out _))
        {
            return false;
        }

        foreach (var extension in header.Extensions)
        {
            if (extension.SegmentsLeft != 0)
            {
                return true;
            }
        }

        return false;
    }
}
