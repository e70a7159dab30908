using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>Which transmissions of one place came by at a later place on the path: in byte ranges, for either side may have merged or split packets.</summary>
/// <remarks>
/// Each sighting at the later place uses up one transmission. With timestamps that is the one with the same TSval; else the last one sent
/// before it, preferably one that was also seen on the way there: what passages from one place to several later ones say fits together. So
/// two sightings of a range that was sent twice leave nothing missing, however late one of them came.
/// </remarks>
internal sealed class Passage
{
    /// <summary>Time stamps of two captures are not compared more finely than this.</summary>
    private const long Tolerance = 500_000;

    private readonly PathStop from;
    private readonly PathStop to;
    private readonly ClockTable clocks;
    private readonly Passage? nearer;
    private readonly long shift;
    private readonly bool timestamps;
    private readonly List<ByteSpan>?[] holes;
    private readonly bool[] touched;
    private readonly int[] seenBefore;
    private static readonly List<ByteSpan> Nothing = [];
    private readonly WorkBudget budget;
    private int cursor = -1;
    private (int? Length, long? Frame)? largestSeen;

    /// <summary>Follows every transmission.</summary>
    /// <param name="match">The two sightings compared, seen from <paramref name="from"/>; at least one segment of the direction is in both.</param>
    /// <param name="nearer">What of the earlier place was seen between the two; null when nothing is between them.</param>
    public Passage(PathStop from, PathStop to, PairMatch match, ClockTable clocks, Passage? nearer)
    {
        (this.from, this.to, this.clocks, this.nearer) = (from, to, clocks, nearer);
        budget = new WorkBudget(from.Trail.Count + to.Trail.Count);
        var anchor = match.Matches(from.FromClient)[0];
        shift = from.Offsets[anchor.A] - to.Offsets[anchor.B];
        timestamps = match.Timestamps;
        holes = new List<ByteSpan>?[from.Trail.Count];
        touched = new bool[from.Trail.Count];
        for (var i = 0; i < to.Trail.Count; i++)
        {
            Spend(i);
        }

        IsPlain = Duplicates + LikelyDuplicates == 0 && !budget.Exhausted;
        for (var i = 0; i < touched.Length && IsPlain; i++)
        {
            IsPlain = Holes(i).Count == 0;
        }

        seenBefore = new int[touched.Length + 1];
        for (var i = 0; i < touched.Length; i++)
        {
            seenBefore[i + 1] = seenBefore[i] + (touched[i] ? 1 : 0);
        }
    }

    /// <summary>The same bytes were sent too often to tell all transmissions apart.</summary>
    public bool Exhausted => budget.Exhausted;

    /// <summary>Each transmission of the earlier place was seen whole at the later one, and once.</summary>
    public bool IsPlain { get; }

    /// <summary>Transmissions that came by the later place once more although they had come by the earlier one once: the same packet by IP Identification.</summary>
    public int Duplicates { get; private set; }

    /// <summary>The same of packets without an IP Identification (IPv6), by their time stamp: the earlier place may have missed a second one with the same.</summary>
    public int LikelyDuplicates { get; private set; }

    /// <summary>An offset of the earlier place in the offsets of the later one.</summary>
    public long ToLater(long offset) => offset - shift;

    /// <summary>Largest datagram that was seen at both, at the earlier place, and its frame there.</summary>
    public (int? Length, long? Frame) LargestSeen => largestSeen ??= FindLargestSeen();

    /// <summary>Whether any part of a transmission was seen at the later place.</summary>
    public bool Seen(int index) => touched[index];

    /// <summary>Transmissions before this one that were seen.</summary>
    public int SeenBefore(int index) => seenBefore[index];

    /// <summary>Transmissions after this one that were seen.</summary>
    public int SeenAfter(int index) => seenBefore[^1] - seenBefore[index + 1];

    /// <summary>What of a transmission was not seen, as offsets of the earlier place. Not to be changed.</summary>
    public List<ByteSpan> Holes(int index) => holes[index] ?? (touched[index] || from.Trail[index].SequenceLength == 0 ? Nothing : [Whole(index)]);

    /// <summary>Whether all of a byte range was seen there at any time, by whatever transmission.</summary>
    public bool Covers(ByteSpan span)
    {
        var rest = new List<ByteSpan> { span };
        var end = span.End - shift;
        for (var n = to.FirstReaching(span.Start - shift); n < to.Order.Length && to.Starts[n] < end && rest.Count > 0 && budget.TryStep(); n++)
        {
            ref readonly var record = ref to.Trail[to.Order[n]];
            var start = to.Starts[n] + shift;
            var length = record.Has(SegmentTraits.FirstFragment) ? Math.Max(record.SequenceLength, span.End - start) : record.SequenceLength;
            ByteSpan.Subtract(rest, new ByteSpan(start, start + length));
        }

        return rest.Count == 0;
    }

    private (int? Length, long? Frame) FindLargestSeen()
    {
        (int? Length, long? Frame) largest = (null, null);
        for (var index = 0; index < from.Trail.Count; index++)
        {
            ref readonly var record = ref from.Trail[index];
            var length = record.HeaderLength + Math.Min(record.Length, from.SegmentSize(record));
            if (record.SequenceLength > 0 && !(length <= largest.Length) && touched[index])
            {
                largest = (length, record.Frame);
            }
        }

        return largest;
    }

    private ByteSpan Whole(int index) => new(from.Offsets[index], from.Offsets[index] + from.Trail[index].SequenceLength);

    /// <summary>Finds the transmission, or the several merged ones, that a sighting at the later place is.</summary>
    private void Spend(int index)
    {
        ref readonly var sighting = ref to.Trail[index];
        if (sighting.SequenceLength == 0)
        {
            return;
        }

        var start = to.Offsets[index] + shift;
        if (SpendWhole(start, sighting))
        {
            return;
        }

        var rest = new List<ByteSpan>(1) { new(start, start + sighting.SequenceLength) };
        var latest = LatestDeparture(sighting.UnixNanoseconds);
        while (rest.Count > 0 && Best(sighting, rest[0], latest, spent: false) is var best and >= 0)
        {
            var whole = Whole(best);
            var part = sighting.Has(SegmentTraits.FirstFragment) && whole.Start == rest[0].Start ? whole : whole.Intersect(rest[0]);
            var open = holes[best] ?? [whole];
            ByteSpan.Subtract(open, part);
            ByteSpan.Subtract(rest, part);
            holes[best] = open.Count == 0 ? Nothing : open;
            touched[best] = true;
        }

        if (rest.Count > 0 && sighting.Length > 0 && Best(sighting, rest[0], latest, spent: true) is var twice and >= 0)
        {
            CountDuplicate(from.Trail[twice], sighting);
        }
    }

    private void CountDuplicate(in SegmentRecord sent, in SegmentRecord again)
    {
        Duplicates += IsSamePacket(sent, again) ? 1 : 0;
        LikelyDuplicates += timestamps && sent.IpId == 0 && again.IpId == 0 && sent.Length == again.Length ? 1 : 0;
    }

    /// <summary>The transmission that a sighting at the later place is; -1 when the earlier place did not see it.</summary>
    /// <param name="later">Index there.</param>
    public int Origin(int later)
    {
        ref readonly var sighting = ref to.Trail[later];
        var start = to.Offsets[later] + shift;
        return Best(sighting, new ByteSpan(start, start + Math.Max(1, sighting.SequenceLength)), LatestDeparture(sighting.UnixNanoseconds), spent: true);
    }

    /// <summary>Where at the later place a transmission was first seen; -1 when nowhere.</summary>
    /// <param name="index">Index at the earlier place.</param>
    public int Arrival(int index)
    {
        var (start, end) = (ToLater(from.Offsets[index]), ToLater(from.Offsets[index] + from.Trail[index].SequenceLength));
        var first = -1;
        for (var n = to.FirstReaching(start); n < to.Order.Length && to.Starts[n] < end && budget.TryStep(); n++)
        {
            var later = to.Order[n];
            if (to.Starts[n] + to.Trail[later].SequenceLength > start && (first < 0 || later < first) && Origin(later) == index)
            {
                first = later;
            }
        }

        return first;
    }

    /// <summary>The plain case: these bytes were sent once, in one packet like this one.</summary>
    private bool SpendWhole(long start, in SegmentRecord sighting)
    {
        // Mostly the one after the last: both places saw the stream in its order.
        var n = cursor + 1 < from.Starts.Length && from.Starts[cursor + 1] == start ? cursor + 1 : Array.BinarySearch(from.Starts, start);
        if (n < 0 || (n > 0 && from.Starts[n - 1] == start) || (n + 1 < from.Starts.Length && from.Starts[n + 1] == start))
        {
            return false;
        }

        ref readonly var record = ref from.Trail[from.Order[n]];
        if (record.SequenceLength != sighting.SequenceLength || touched[from.Order[n]] || !MayBe(record, sighting))
        {
            return false;
        }

        touched[from.Order[n]] = true;
        cursor = n;
        return true;
    }

    /// <summary>The transmission of these bytes that fits best: the same packet by IP Identification, else one that left in time, else one seen on the way, and of those the last (the first of those that left too late).</summary>
    /// <param name="spent">Among those already found at the later place; else among those not yet found there.</param>
    private int Best(in SegmentRecord sighting, ByteSpan wanted, long latest, bool spent)
    {
        var best = -1;
        var bestRank = (Sure: -1, Time: long.MinValue);
        for (var n = from.FirstReaching(wanted.Start); n < from.Order.Length && from.Starts[n] < wanted.End && budget.TryStep(); n++)
        {
            var index = from.Order[n];
            ref readonly var record = ref from.Trail[index];
            if (from.Starts[n] + record.SequenceLength <= wanted.Start || !MayBe(record, sighting) || (spent ? !touched[index] : !IsOpen(index, wanted)))
            {
                continue;
            }

            var inTime = record.UnixNanoseconds <= latest;
            var sure = (IsSamePacket(record, sighting) ? 4 : 0) + (inTime ? 2 : 0) + (nearer?.Seen(index) != false ? 1 : 0);
            var time = inTime ? record.UnixNanoseconds : -record.UnixNanoseconds;
            if (sure > bestRank.Sure || (sure == bestRank.Sure && time > bestRank.Time))
            {
                (best, bestRank) = (index, (sure, time));
            }
        }

        return best;
    }

    private bool IsOpen(int index, ByteSpan wanted)
    {
        var open = holes[index];
        return open is null ? !touched[index] : open.Exists(h => h.Intersect(wanted).Length > 0);
    }

    private bool MayBe(in SegmentRecord sent, in SegmentRecord seen) =>
        !timestamps || !sent.Has(SegmentTraits.Timestamp) || !seen.Has(SegmentTraits.Timestamp) || sent.TsVal == seen.TsVal;

    private static bool IsSamePacket(in SegmentRecord sent, in SegmentRecord seen) =>
        sent.IpId != 0 && sent.IpId == seen.IpId && sent.Length == seen.Length;

    private long LatestDeparture(long seen)
    {
        var (here, there) = (to.Sighting.Source, from.Sighting.Source);
        return clocks.Error(there, here) is { } error && clocks.Offset(here, there, seen) is { } offset
            ? seen + offset + error + Tolerance
            : long.MaxValue;
    }
}
