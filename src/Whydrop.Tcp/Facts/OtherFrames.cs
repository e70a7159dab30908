using Whydrop.Capture;
using Whydrop.Tcp.Artefacts;
using Whydrop.Tcp.Fates;
using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>Frames that are no whole TCP segment: ICMP errors, IP fragments, ARP and neighbour discovery, questions to name servers, tunnels that cannot be seen into; the rest is counted only.</summary>
internal sealed class OtherFrames(int mostIcmpErrors, PathMtus paths, LoopBook loops)
{
    private readonly List<IcmpRow> icmp = [];

    public IReadOnlyList<IcmpRow> Icmp => icmp;

    /// <summary>ICMP errors beyond the limit.</summary>
    public long IcmpNotKept { get; private set; }

    public FragmentTable Fragments { get; } = new();

    public NeighbourTable Neighbours { get; } = new();

    public DnsTable Dns { get; } = new();

    public EncryptedTable Encrypted { get; } = new();

    /// <summary>A tunnelled frame whose outer datagram may be a fragment.</summary>
    public void TakeTunnel(in PacketHeaders h, ReadOnlySpan<byte> bytes, long time, long number, PointTally point)
    {
        _ = loops.TakeOuter(bytes, h.OuterIpOffset, time, number, point);
        for (var i = 0; i < Math.Min((int)h.TunnelDepth, 4); i++)
        {
            Fragments.TakeOuter(bytes, h.TunnelHeaders.At(i).OuterIpOffset, number, point.Point.Index);
        }
    }

    public void Take(in PacketHeaders h, in CapturedFrame frame, ReadOnlySpan<byte> bytes, long number, PointTally point)
    {
        if (h.MoreFragments || h.FragmentOffset != 0)
        {
            Fragments.Take(h, bytes, number, point.Point.Index);
        }

        point.GroupMessages += IsGroupMessage(h, bytes) ? 1 : 0;
        _ = loops.TakeDatagram(h, bytes, frame.UnixNanoseconds, number, point);
        Encrypted.Take(h, bytes, frame.UnixNanoseconds, number, point.Point.Index);
        if (h.Status == DecodeStatus.Arp && h.PayloadOffset < bytes.Length)
        {
            Neighbours.TakeArp(bytes[h.PayloadOffset..], frame.UnixNanoseconds, number, point.Point.Index);
        }
        else if (h.Status == DecodeStatus.Icmp && h.IpVersion == 6)
        {
            Neighbours.TakeIcmpv6(h, bytes, frame.UnixNanoseconds, number, point.Point.Index);
        }
        else if (DnsTable.Wants(h))
        {
            Dns.Take(h, bytes, frame.UnixNanoseconds, number, point.Point.Index);
        }

        if (h.Status == DecodeStatus.Icmp && IcmpQuote.IsError(h, bytes))
        {
            var row = IcmpQuote.Read(h, bytes, frame.UnixNanoseconds, number, point.Point.Index);
            if (row is { NextHopMtu: { } mtu, Protocol: 6, Source: { } source, Destination: { } destination })
            {
                paths.Take(row.Point, source, destination, row.Time, mtu);
            }

            if (icmp.Count < mostIcmpErrors)
            {
                icmp.Add(row);
            }
            else
            {
                IcmpNotKept++;
            }
        }
    }

    /// <summary>IGMP, or the four messages of MLD (RFC 3810, 5).</summary>
    private static bool IsGroupMessage(in PacketHeaders h, ReadOnlySpan<byte> bytes) => h.Protocol == 2
        || (h is { Status: DecodeStatus.Icmp, IpVersion: 6 } && h.TransportOffset < bytes.Length && bytes[h.TransportOffset] is (>= 130 and <= 132) or 143);
}
