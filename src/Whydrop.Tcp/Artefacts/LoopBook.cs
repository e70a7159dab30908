using System.Runtime.InteropServices;
using Whydrop.Tcp.Facts;
using Whydrop.Wire;

namespace Whydrop.Tcp.Artefacts;

/// <summary>
/// Datagrams that came by more than twice, each time with a lower TTL. TCP segments are recognised by <see cref="CopyGate"/>, all others and the
/// outer datagrams of tunnels here: by addresses, Identification, length and their first bytes, none of which a router changes.
/// </summary>
internal sealed class LoopBook
{
    private const int Most = 1000;
    private const int Size = 4096;
    private const int IdentifyingBytes = 64;

    /// <summary>Passes that make a loop: two are before and after routing.</summary>
    private const int Enough = 3;
    private const long CopyNanoseconds = 1_000_000;
    private readonly Entry[] entries = new Entry[Size];
    private readonly List<LoopRow> rows = [];

    public IReadOnlyList<LoopRow> Rows => rows;

    /// <summary>Loops beyond the limit.</summary>
    public long NotKept { get; private set; }

    /// <summary>A further pass of a datagram whose passes are kept by the caller.</summary>
    /// <param name="track">Its passes.</param>
    /// <param name="row">Its row, in case it is now found to loop; null when it cannot be described.</param>
    /// <returns>True exactly once: when it was seen to loop.</returns>
    public bool Take(ref LoopTrack track, LoopRow? row)
    {
        if (track.Row == 0 && track.Passes >= Enough)
        {
            if (row is null || rows.Count >= Most)
            {
                NotKept++;
                track.Row = -1;
                return true;
            }

            rows.Add(row);
            track.Row = rows.Count;
            rows[^1].Track = track;
            return true;
        }

        if (track.Row > 0)
        {
            rows[track.Row - 1].Track = track;
        }

        return false;
    }

    /// <summary>Takes a datagram other than TCP; false unless it was just found to loop.</summary>
    public bool TakeDatagram(in PacketHeaders h, ReadOnlySpan<byte> frame, long time, long number, PointTally point)
    {
        if (h.IpVersion == 0)
        {
            return false;
        }

        var behind = h.TransportOffset > 0 ? h.TransportOffset : h.PayloadOffset;
        return Take(h.IpOffset, behind, frame, h.Ttl, h.Protocol, time, number, point);
    }

    /// <summary>Takes the outermost datagram of a tunnel; false unless it was just found to loop.</summary>
    public bool TakeOuter(ReadOnlySpan<byte> frame, int ip, long time, long number, PointTally point)
    {
        var version = ip < frame.Length ? frame[ip] >> 4 : 0;
        return version switch
        {
            4 when ip + 20 <= frame.Length => Take(ip, ip + ((frame[ip] & 15) * 4), frame, frame[ip + 8], frame[ip + 9], time, number, point),
            6 when ip + 40 <= frame.Length => Take(ip, ip + 40, frame, frame[ip + 7], frame[ip + 6], time, number, point),
            _ => false,
        };
    }

    private bool Take(int ip, int behind, ReadOnlySpan<byte> frame, byte ttl, byte protocol, long time, long number, PointTally point)
    {
        var isIpv6 = frame[ip] >> 4 == 6;
        var (addresses, size) = isIpv6 ? (ip + 8, 16) : (ip + 12, 4);
        if (addresses + (2 * size) > frame.Length || behind <= 0 || behind > frame.Length)
        {
            return false;
        }

        // IPv4: total length, Identification, fragment; IPv6: payload length. Neither TTL nor header checksum, which every router changes.
        var fixedPart = isIpv6 ? frame.Slice(ip + 4, 2) : frame.Slice(ip + 2, 6);
        var identity = Mix(Mix(Mix((ulong)point.Point.Index + 1, fixedPart), frame.Slice(addresses, 2 * size)), frame.Slice(behind, Math.Min(IdentifyingBytes, frame.Length - behind)));
        ref var entry = ref entries[identity % Size];
        var link = LinkAddresses.Of(point.Point.LinkType, frame);
        if (entry.Identity != identity || ttl >= entry.Track.LastTtl)
        {
            if (entry.Identity == identity && entry.Track.Passes > 1 && (ttl < entry.Track.FirstTtl || time - entry.Track.LastTime < CopyNanoseconds))
            {
                return false; // A copy of a pass (another interface, a mirror): the passes go on.
            }

            entry = new Entry { Identity = identity, Track = LoopTrack.Begin(time, number, ttl, link) };
            return false;
        }

        _ = entry.Track.Pass(time, ttl, link);
        if (entry.Track.Row == 0 && entry.Track.Passes < Enough)
        {
            return false;
        }

        var (source, destination) = (AddressNumber.From(frame.Slice(addresses, size)), AddressNumber.From(frame.Slice(addresses + size, size)));
        int? ipId = isIpv6 ? null : (frame[ip + 4] << 8) | frame[ip + 5];
        var row = entry.Track.Row != 0 ? null : new LoopRow { Point = point.Point.Index, Source = source, Destination = destination, Protocol = protocol, IpId = ipId };
        var found = Take(ref entry.Track, row);
        point.LoopedDatagrams += found ? 1 : 0;
        return found;
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        const ulong factor = 0x9E3779B97F4A7C15UL;

        // SAFETY: any bytes are a number; the cast drops what is left over.
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            hash = (hash ^ word) * factor;
            hash ^= hash >> 29;
        }

        foreach (var b in bytes[(bytes.Length & ~7)..])
        {
            hash = (hash ^ b) * factor;
        }

        return hash ^ (hash >> 32);
    }

    private struct Entry
    {
        public ulong Identity;
        public LoopTrack Track;
    }
}
