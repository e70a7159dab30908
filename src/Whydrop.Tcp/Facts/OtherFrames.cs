using Whydrop.Capture;
using Whydrop.Tcp.Fates;
using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>Frames that are no whole TCP segment: ICMP errors and IP fragments are kept, the rest is counted only.</summary>
internal sealed class OtherFrames(int mostIcmpErrors, PathMtus paths)
{
    private readonly List<IcmpRow> icmp = [];

    public IReadOnlyList<IcmpRow> Icmp => icmp;

    /// <summary>ICMP errors beyond the limit.</summary>
    public long IcmpNotKept { get; private set; }

    public FragmentTable Fragments { get; } = new();

    /// <summary>A tunnelled frame whose outer datagram may be a fragment.</summary>
    public void TakeTunnel(in PacketHeaders h, ReadOnlySpan<byte> bytes, long number, PointTally point)
    {
        for (var i = 0; i < Math.Min((int)h.TunnelDepth, 4); i++)
        {
            Fragments.TakeIpv4(bytes, h.TunnelHeaders.At(i).OuterIpOffset, number, point.Point.Index);
        }
    }

    public void Take(in PacketHeaders h, in CapturedFrame frame, ReadOnlySpan<byte> bytes, long number, PointTally point)
    {
        if (h.MoreFragments || h.FragmentOffset != 0)
        {
            Fragments.Take(h, bytes, number, point.Point.Index);
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
}
