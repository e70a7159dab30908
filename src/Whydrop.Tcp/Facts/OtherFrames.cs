using Whydrop.Capture;
using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>Frames that are no whole TCP segment: ICMP errors and IP fragments are kept, the rest is counted only.</summary>
internal sealed class OtherFrames(int mostIcmpErrors)
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
            Fragments.TakeIpv4(bytes, h.TunnelHeaders[i].OuterIpOffset, number, point.Point.Index);
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
            if (icmp.Count < mostIcmpErrors)
            {
                icmp.Add(IcmpQuote.Read(h, bytes, frame.UnixNanoseconds, number, point.Point.Index));
            }
            else
            {
                IcmpNotKept++;
            }
        }
    }
}
