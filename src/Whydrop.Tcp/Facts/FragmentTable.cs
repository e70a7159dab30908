using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>Which fragmented datagrams came whole, per pair of addresses and protocol. Bounded: the oldest open datagram gives way.</summary>
internal sealed class FragmentTable
{
    private const int MostOpen = 4096;
    private const int MostPairs = 1024;
    private readonly Dictionary<DatagramKey, Open> open = [];
    private readonly Queue<DatagramKey> order = new();
    private readonly Dictionary<PairKey, Pair> pairs = [];

    /// <summary>Datagrams of pairs beyond the limit.</summary>
    public long NotKept { get; private set; }

    /// <summary>Takes a fragment whose own IP header is the innermost one.</summary>
    public void Take(in PacketHeaders h, ReadOnlySpan<byte> frame, long number, int point)
    {
        if (h.IpVersion == 4)
        {
            TakeIpv4(frame, h.IpOffset, number, point);
            return;
        }

        // The payload of an IPv6 fragment begins after its fragment header; a first fragment says where its transport header begins.
        var start = h.Status == DecodeStatus.LaterFragment ? h.PayloadOffset : h.TransportOffset;
        if (h.IpVersion == 6 && start > h.IpOffset)
        {
            var key = new DatagramKey(point, Number(h.SourceBytes(frame), 0), Number(h.DestinationBytes(frame), 0), h.Protocol, h.IpId, 6);
            TakePiece(key, number, h.FragmentOffset, h.IpLength - (start - h.IpOffset), start - h.IpOffset - 8, h.MoreFragments);
        }
    }

    /// <summary>Takes an outer header of a tunnelled frame when it is that of a first fragment: the inner headers hide that.</summary>
    public void TakeOuter(ReadOnlySpan<byte> frame, int ip, long number, int point)
    {
        if (ip < 0 || ip >= frame.Length)
        {
            return;
        }

        if (frame[ip] >> 4 == 6)
        {
            TakeOuterIpv6(frame, ip, number, point);
        }
        else
        {
            TakeIpv4(frame, ip, number, point);
        }
    }

    /// <summary>The fragment header (RFC 8200 §4.5) of an outer IPv6 header; only headers that routers read may stand before it.</summary>
    private void TakeOuterIpv6(ReadOnlySpan<byte> frame, int ip, long number, int point)
    {
        const int FixedHeader = 40;
        const int HopByHop = 0;
        const int Routing = 43;
        const int Fragment = 44;
        const int DestinationOptions = 60;
        var at = ip + FixedHeader;
        for (var next = ip + 6 < frame.Length ? frame[ip + 6] : byte.MaxValue; at + 8 <= frame.Length; next = frame[at], at += (frame[at + 1] + 1) * 8)
        {
            if (next == Fragment)
            {
                var field = BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]);
                var key = new DatagramKey(
                    point, Number(frame[(ip + 8)..(ip + 24)], 0), Number(frame[(ip + 24)..(ip + 40)], 0), frame[at], BinaryPrimitives.ReadUInt32BigEndian(frame[(at + 4)..]), 6);
                var end = ip + FixedHeader + BinaryPrimitives.ReadUInt16BigEndian(frame[(ip + 4)..]);
                TakePiece(key, number, field & 0xFFF8, end - (at + 8), at - ip, (field & 1) != 0);
                return;
            }

            if (next is not (HopByHop or Routing or DestinationOptions))
            {
                return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeIpv4(ReadOnlySpan<byte> frame, int ip, long number, int point)
    {
        if (ip < 0 || ip + 20 > frame.Length || frame[ip] >> 4 != 4)
        {
            return;
        }

        var header = frame[ip..];
        var field = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        if ((field & 0x3FFF) == 0)
        {
            return;
        }

        var headerLength = (header[0] & 15) * 4;
        var key = new DatagramKey(
            point, BinaryPrimitives.ReadUInt32BigEndian(header[12..]), BinaryPrimitives.ReadUInt32BigEndian(header[16..]), header[9],
            BinaryPrimitives.ReadUInt16BigEndian(header[4..]), 4);
        TakePiece(
            key, number, (field & 0x1FFF) * 8, BinaryPrimitives.ReadUInt16BigEndian(header[2..]) - headerLength, headerLength, (field & 0x2000) != 0);
    }

    /// <summary>Closes everything and tells the pairs.</summary>
    public IEnumerable<(int Point, IPAddress Source, IPAddress Destination, int Protocol, Pair Tally)> Finish()
    {
        while (order.TryDequeue(out var key))
        {
            Close(key);
        }

        foreach (var (key, pair) in pairs)
        {
            yield return (key.Point, Address(key.Source, key.Version), Address(key.Destination, key.Version), key.Protocol, pair);
        }
    }

    private void TakePiece(DatagramKey key, long number, int start, int length, int header, bool more)
    {
        if (!open.TryGetValue(key, out var datagram))
        {
            if (open.Count >= MostOpen)
            {
                Close(order.Dequeue());
            }

            datagram = new Open(number);
            open[key] = datagram;
            order.Enqueue(key);
        }

        // The same piece captured twice must not stand for another one.
        var bit = 1UL << Math.Min(start / 512, 63);
        if ((datagram.Pieces & bit) != 0 && start < 63 * 512)
        {
            return;
        }

        datagram.Pieces |= bit;
        datagram.First |= start == 0;
        datagram.Bytes += Math.Max(0, length);
        datagram.Header = start == 0 ? header : datagram.Header;
        if (!more)
        {
            datagram.End = start + Math.Max(0, length);
        }
    }

    private static UInt128 Number(ReadOnlySpan<byte> address, uint four) =>
        address.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(address) : four;

    private static IPAddress Address(UInt128 number, byte version)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(version == 6 ? bytes : bytes[12..]);
    }

    private void Close(DatagramKey key)
    {
        if (!open.Remove(key, out var datagram))
        {
            return;
        }

        var pairKey = new PairKey(key.Point, key.Source, key.Destination, key.Protocol, key.Version);
        if (!pairs.TryGetValue(pairKey, out var pair))
        {
            if (pairs.Count >= MostPairs)
            {
                NotKept++;
                return;
            }

            pairs[pairKey] = pair = new Pair();
        }

        pair.Datagrams++;
        var whole = datagram.First && datagram.End > 0 && datagram.Bytes >= datagram.End;
        if (whole)
        {
            pair.Complete++;
            pair.Largest = Math.Max(pair.Largest, datagram.End + datagram.Header);
            return;
        }

        pair.MissingFirst += datagram.First ? 0 : 1;
        pair.MissingLater += datagram.First ? 1 : 0;
        pair.IncompleteExample ??= datagram.Frame;
    }

    internal sealed class Pair
    {
        public long Datagrams { get; set; }

        public long Complete { get; set; }

        public long MissingFirst { get; set; }

        public long MissingLater { get; set; }

        public int Largest { get; set; }

        public long? IncompleteExample { get; set; }
    }

    private sealed class Open(long frame)
    {
        public long Frame { get; } = frame;

        public bool First { get; set; }

        public int Bytes { get; set; }

        public int End { get; set; }

        public ulong Pieces { get; set; }

        public int Header { get; set; }
    }

    private readonly record struct DatagramKey(int Point, UInt128 Source, UInt128 Destination, byte Protocol, uint Id, byte Version);

    private readonly record struct PairKey(int Point, UInt128 Source, UInt128 Destination, byte Protocol, byte Version);
}
