using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Control;

/// <summary>Which control segments of one place are which of another: each transmission by itself.</summary>
internal sealed class ControlMatching
{
    /// <summary>Time stamps of two captures are not compared more finely than this.</summary>
    private const long Tolerance = 500_000;

    private readonly ControlStop a;
    private readonly ControlStop b;
    private readonly uint shift;
    private readonly ClockTable clocks;
    private readonly int[] partner;
    private readonly bool[] taken;
    private readonly bool[] doubtful;

    /// <summary>Matches.</summary>
    /// <param name="a">Nearer to the sender.</param>
    /// <param name="shift">Sequence number in <paramref name="b"/> minus that in <paramref name="a"/>.</param>
    public ControlMatching(ControlStop a, ControlStop b, uint shift, ClockTable clocks)
    {
        (this.a, this.b, this.shift, this.clocks) = (a, b, shift, clocks);
        partner = new int[a.Records.Count];
        taken = new bool[b.Records.Count];
        doubtful = new bool[a.Records.Count];
        Array.Fill(partner, -1);
        for (var j = 0; j < b.Records.Count; j++)
        {
            MatchByMark(j);
        }

        for (var j = b.Records.Count - 1; j >= 0; j--)
        {
            MatchByTime(j);
        }
    }

    /// <summary>The second place saw this one.</summary>
    public bool Seen(int index) => partner[index] >= 0;

    /// <summary>Not seen as itself, but one that was seen may be this one.</summary>
    public bool IsDoubtful(int index) => doubtful[index] && !Seen(index);

    /// <summary>The first place saw one like that of the second in time to be it, in whatever transmission.</summary>
    public bool Came(int index)
    {
        var latest = LatestDeparture(b.Trail[b.Records[index].Index].UnixNanoseconds);
        return a.Records.Index().Any(r => Same(r.Index, index) && a.Trail[r.Item.Index].UnixNanoseconds <= latest);
    }

    private void MatchByMark(int j)
    {
        for (var i = 0; i < partner.Length && !taken[j]; i++)
        {
            if (partner[i] < 0 && Same(i, j) && Marked(i, j) == true)
            {
                (partner[i], taken[j]) = (j, true);
            }
        }
    }

    /// <summary>Without a mark: the last that left in time, and of the last sighting first, so that none is left without.</summary>
    private void MatchByTime(int j)
    {
        if (taken[j])
        {
            return;
        }

        var latest = LatestDeparture(b.Trail[b.Records[j].Index].UnixNanoseconds);
        var best = -1;
        for (var i = 0; i < partner.Length; i++)
        {
            if (partner[i] < 0 && Same(i, j) && Marked(i, j) is null && a.Trail[a.Records[i].Index].UnixNanoseconds <= latest)
            {
                best = i;
            }
        }

        if (best >= 0)
        {
            (partner[best], taken[j]) = (j, true);
            for (var i = 0; latest == long.MaxValue && i < partner.Length; i++)
            {
                // Without a common clock any of them may be the one.
                doubtful[i] |= Same(i, j);
            }
        }
    }

    /// <summary>A RST that acknowledges is not one that answers for no connection and carries no acknowledgment (RFC 9293, 3.10.7.1), though both have one number.</summary>
    private bool Same(int i, int j)
    {
        var (x, y) = (a.Records[i], b.Records[j]);
        return x.Kind == y.Kind && x.Position + shift == y.Position
            && a.Trail[x.Index].Has(SegmentTraits.Acknowledges) == b.Trail[y.Index].Has(SegmentTraits.Acknowledges);
    }

    /// <summary>The same packet by timestamp or IP Identification; null when neither can tell.</summary>
    private bool? Marked(int i, int j)
    {
        ref readonly var x = ref a.Trail[a.Records[i].Index];
        ref readonly var y = ref b.Trail[b.Records[j].Index];
        return x.Has(SegmentTraits.Timestamp) && y.Has(SegmentTraits.Timestamp) ? x.TsVal == y.TsVal && x.TsEcr == y.TsEcr
            : x.IpId != 0 && y.IpId != 0 ? x.IpId == y.IpId
            : null;
    }

    private long LatestDeparture(long seen)
    {
        var (here, there) = (b.Sighting.Source, a.Sighting.Source);
        return clocks.Error(there, here) is { } error && clocks.Offset(here, there, seen) is { } offset
            ? seen + offset + error + Tolerance
            : long.MaxValue;
    }
}
