using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Whydrop.Journeys.Pairing;
using Whydrop.Wire;

namespace Whydrop.Journeys.Collecting;

/// <summary>What makes two frames of one file belong to one connection: capture point, encapsulation and end points, whichever way they travel.</summary>
/// <param name="High">Hash of 64 bits; with <paramref name="Low"/> 128, so that equal means the same.</param>
/// <param name="Low">The other half.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ConnectionKey(ulong High, ulong Low)
{
    /// <summary>Key of a TCP frame.</summary>
    /// <param name="fileInterface">Interface of the file; for SLL2 the header's interface index tells further.</param>
    /// <param name="fromLow">Sent by the end point that sorts first.</param>
    public static ConnectionKey Of(in PacketHeaders h, ReadOnlySpan<byte> frame, int fileInterface, out bool fromLow)
    {
        var (source, sourceTail, destination, destinationTail) = (0UL, 0UL, 0UL, 0UL);
        if (h.IpVersion == 4)
        {
            (source, destination) = (((ulong)h.Source4 << 16) | h.SourcePort, ((ulong)h.Destination4 << 16) | h.DestinationPort);
        }
        else
        {
            Fold(h.SourceBytes(frame), h.SourcePort, out source, out sourceTail);
            Fold(h.DestinationBytes(frame), h.DestinationPort, out destination, out destinationTail);
        }

        fromLow = source < destination || (source == destination && sourceTail < destinationTail);
        var (low, high) = fromLow ? (source, destination) : (destination, source);
        var (lowTail, highTail) = fromLow ? (sourceTail, destinationTail) : (destinationTail, sourceTail);
        var place = ((ulong)(uint)fileInterface << 36) | ((ulong)(uint)h.LinkInterfaceIndex << 4) | h.IpVersion;
        if (h.TunnelDepth != 0)
        {
            place = SegmentMatching.Mix(place, Tunnels(h, frame));
        }

        return new ConnectionKey(
            SegmentMatching.Mix(low, high) + (place * 0xD6E8FEB86659FD93UL),
            SegmentMatching.Mix(high ^ (lowTail * 3), low ^ highTail) ^ place);
    }

    private static void Fold(ReadOnlySpan<byte> address, ushort port, out ulong value, out ulong tail)
    {
        if (address.Length < 16)
        {
            (value, tail) = (port, 0);
            return;
        }

        var upper = BinaryPrimitives.ReadUInt64BigEndian(address);
        var lower = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        value = SegmentMatching.Mix(upper, lower ^ ((ulong)port << 48));
        tail = SegmentMatching.Mix(lower, upper ^ port);
    }

    /// <summary>Kinds, identifiers and outer addresses, the same for both directions.</summary>
    private static ulong Tunnels(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        var value = 0UL;
        for (var i = 0; i < Math.Min((int)h.TunnelDepth, 4); i++)
        {
            var tunnel = h.TunnelHeaders.At(i);
            var (source, destination) = OuterAddresses(frame, tunnel.OuterIpOffset);
            value = SegmentMatching.Mix(value ^ (((ulong)tunnel.Identifier << 8) | (byte)tunnel.Kind), source + destination);
        }

        return value;
    }

    private static (ulong Source, ulong Destination) OuterAddresses(ReadOnlySpan<byte> frame, int ip)
    {
        if ((uint)ip >= (uint)frame.Length)
        {
            return default;
        }

        var (start, size) = frame[ip] >> 4 == 6 ? (ip + 8, 16) : (ip + 12, 4);
        if (start + (2 * size) > frame.Length)
        {
            return default;
        }

        return (Word(frame.Slice(start, size)), Word(frame.Slice(start + size, size)));
    }

    private static ulong Word(ReadOnlySpan<byte> address) => address.Length == 4
        ? SegmentMatching.Mix(BinaryPrimitives.ReadUInt32BigEndian(address), 4)
        : SegmentMatching.Mix(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]));
}
