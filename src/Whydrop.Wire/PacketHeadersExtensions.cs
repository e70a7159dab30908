using System.Net;
using System.Runtime.CompilerServices;

namespace Whydrop.Wire;

/// <summary>What follows from the decoded fields, and the addresses that stay in the frame.</summary>
public static class PacketHeadersExtensions
{
    /// <summary>SEG.LEN of RFC 9293: payload bytes plus one each for SYN and FIN, in sequence numbers.</summary>
    /// <param name="h">A decoded TCP segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SegmentLength(in this PacketHeaders h) => h.PayloadLength + (h.TcpFlags & TcpFlag.Fin) + ((h.TcpFlags >> 1) & 1);

    /// <summary>The sequence number after the segment (modulo 2^32).</summary>
    /// <param name="h">A decoded TCP segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SequenceEnd(in this PacketHeaders h) => h.Sequence + (uint)h.SegmentLength();

    /// <summary>Whether any of the flags is set.</summary>
    /// <param name="h">A decoded TCP segment.</param>
    /// <param name="flags">Bits of <see cref="TcpFlag"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasAny(in this PacketHeaders h, byte flags) => (h.TcpFlags & flags) != 0;

    /// <summary>Whether all of the flags are set.</summary>
    /// <param name="h">A decoded TCP segment.</param>
    /// <param name="flags">Bits of <see cref="TcpFlag"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasAll(in this PacketHeaders h, byte flags) => (h.TcpFlags & flags) == flags;

    /// <summary>Payload bytes the capture kept: between 0 and <see cref="PacketHeaders.PayloadLength"/>.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">Its captured bytes.</param>
    public static ReadOnlySpan<byte> CapturedPayload(in this PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        var kept = Math.Min(h.PayloadLength, frame.Length - h.PayloadOffset);
        return kept > 0 ? frame.Slice(h.PayloadOffset, kept) : [];
    }

    /// <summary>Source address of the innermost IP header: 4 or 16 bytes in network order; empty when there is none.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static ReadOnlySpan<byte> SourceBytes(in this PacketHeaders h, ReadOnlySpan<byte> frame) => AddressAt(h.IpVersion, frame, h.IpOffset, false);

    /// <summary>Destination address of the innermost IP header: 4 or 16 bytes in network order; empty when there is none.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static ReadOnlySpan<byte> DestinationBytes(in this PacketHeaders h, ReadOnlySpan<byte> frame) => AddressAt(h.IpVersion, frame, h.IpOffset, true);

    /// <summary>IP version of the outermost IP header: 4, 6, or 0 when there is none.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static byte OuterIpVersion(in this PacketHeaders h, ReadOnlySpan<byte> frame) =>
        h.TunnelDepth == 0 ? h.IpVersion : (uint)h.OuterIpOffset < (uint)frame.Length ? (byte)(frame[h.OuterIpOffset] >> 4) : (byte)0;

    /// <summary>Source address of the outermost IP header: 4 or 16 bytes; empty when there is none.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static ReadOnlySpan<byte> OuterSourceBytes(in this PacketHeaders h, ReadOnlySpan<byte> frame) => AddressAt(h.OuterIpVersion(frame), frame, h.OuterIpOffset, false);

    /// <summary>Destination address of the outermost IP header: 4 or 16 bytes; empty when there is none.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static ReadOnlySpan<byte> OuterDestinationBytes(in this PacketHeaders h, ReadOnlySpan<byte> frame) => AddressAt(h.OuterIpVersion(frame), frame, h.OuterIpOffset, true);

    /// <summary>Source address of the innermost IP header; null when there is none. Allocates.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static IPAddress? SourceAddress(in this PacketHeaders h, ReadOnlySpan<byte> frame) => WireAddress.FromBytes(h.SourceBytes(frame));

    /// <summary>Destination address of the innermost IP header; null when there is none. Allocates.</summary>
    /// <param name="h">The decoded frame.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static IPAddress? DestinationAddress(in this PacketHeaders h, ReadOnlySpan<byte> frame) => WireAddress.FromBytes(h.DestinationBytes(frame));

    private static ReadOnlySpan<byte> AddressAt(byte version, ReadOnlySpan<byte> frame, int ip, bool destination)
    {
        // RFC 791: addresses at 12 and 16; RFC 8200: at 8 and 24.
        var (offset, size) = (version, destination) switch
        {
            (4, false) => (12, 4),
            (4, true) => (16, 4),
            (6, false) => (8, 16),
            (6, true) => (24, 16),
            _ => (0, 0),
        };
        return size != 0 && frame.Length - ip - offset >= size ? frame.Slice(ip + offset, size) : [];
    }
}
