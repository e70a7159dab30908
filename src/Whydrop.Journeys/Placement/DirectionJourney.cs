using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>One direction of one connection along its path: every transmission that was not seen further on, and what each hop did.</summary>
internal sealed class DirectionJourney
{
    private readonly PathStop[] stops;
    private readonly Passage?[,] passages;
    private readonly PairMatch?[,] matches;
    private readonly ClockTable clocks;
    private readonly AbsenceProof absence;
    private readonly ToldFates told;
    private readonly HopTally[] tallies;
    private readonly WorkBudget budget;

    /// <summary>Follows every transmission between every two places.</summary>
    /// <param name="chain">Sightings from the sender to the receiver.</param>
    /// <param name="fromClient">Direction in the words of the connection.</param>
    /// <param name="told">What each place by itself says of them.</param>
    public DirectionJourney(
        Connection connection, Sighting[] chain, bool fromClient, ClockTable clocks, AbsenceProof absence, ToldFates told)
    {
        (this.clocks, this.absence, this.told) = (clocks, absence, told);
        var travelled = chain.Where(s => chain.Any(o => o != s && Shares(connection, s, o, fromClient)));
        stops = [.. travelled.Select(s => new PathStop(s, fromClient != connection.IsSwapped(s)))];
        budget = new WorkBudget(stops.Sum(s => (long)s.Trail.Count));
        passages = new Passage?[stops.Length, stops.Length];
        matches = new PairMatch?[stops.Length, stops.Length];
        tallies = new HopTally[stops.Length];
        for (var i = 0; i < stops.Length; i++)
        {
            tallies[i] = new HopTally();
            Passage? nearer = null;
            for (var j = i + 1; j < stops.Length; j++)
            {
                var match = connection.Match(stops[i].Sighting, stops[j].Sighting);
                if (match?.Matches(stops[i].FromClient).Length > 0)
                {
                    matches[i, j] = match;
                    passages[i, j] = nearer = new Passage(stops[i], stops[j], match, clocks, nearer);
                }
            }
        }
    }

    /// <summary>Nothing to tell but counts: every place saw whole what every place before it saw, once, and none says otherwise. What others show changes nothing of it.</summary>
    public bool IsPlain => passages.Cast<Passage?>().All(p => p is null or { IsPlain: true }) && !Array.Exists(stops, s => s.Repeats || told.Tells(s.Sighting));

    /// <summary>Every packet with bytes that are asked for.</summary>
    public IEnumerable<Fact> Trace(TracedRange range) => new RangeTrace(stops, passages, clocks).Of(range);

    /// <summary>Tells the proof of absence which captures let something go by; to be called on all connections before any <see cref="Facts"/>.</summary>
    public void FindMissed()
    {
        for (var i = 0; i < stops.Length - 1; i++)
        {
            FindMissed(i);
        }
    }

    /// <summary>The facts of this direction.</summary>
    public IEnumerable<Fact> Facts()
    {
        var plain = IsPlain;
        for (var i = 0; i < stops.Length - 1; i++)
        {
            for (var index = 0; index < stops[i].Trail.Count; index++)
            {
                Enter(i, index);
                foreach (var placement in !plain && Unseen(i, index) is { Count: > 0 } unseen ? Place(i, index, unseen) : [])
                {
                    yield return placement;
                }
            }

            if (passages[i, i + 1] is not null)
            {
                tallies[i].Duplicated = Duplicated(i);
                yield return tallies[i].Summary(matches[i, i + 1]!, stops[i].FromClient, clocks);
            }
        }

        if (budget.Exhausted || passages.Cast<Passage?>().Any(p => p?.Exhausted == true))
        {
            yield return new Gap(stops[0].At, stops[0].Sighting.Flow.From, GapKind.Limited,
                $"the same bytes were sent too often to tell all transmissions apart ({stops[0].Sighting.Flow.Client} to {stops[0].Sighting.Flow.Server})");
        }
    }

    /// <summary>Transmissions that their capture holds lost or cannot tell of, which the place nearest to the receiver saw arrive: what was lost, if anything, is a later one.</summary>
    /// <param name="listed">Captures whose losses are known one by one.</param>
    public IEnumerable<FateRevision> Revisions(IReadOnlySet<int> listed)
    {
        for (var i = 0; i < stops.Length - 1; i++)
        {
            var capture = stops[i].Sighting.Capture;
            for (var index = 0; index < stops[i].Trail.Count; index++)
            {
                var record = stops[i].Trail[index];
                if (record.Length == 0 || !told.Doubted.Contains(new FrameAt(capture, record.Frame)) || !Arrived(i, index, listed))
                {
                    continue;
                }

                var whole = Whole(i, index);
                foreach (var later in Overlapping(i, whole).Where(o => o > index && !told.Doubted.Contains(new FrameAt(capture, stops[i].Trail[o].Frame))).Order().ToArray())
                {
                    var shared = Whole(i, later).Intersect(whole);
                    var again = stops[i].Trail[later];
                    yield return new FateRevision(
                        capture, stops[i].Sighting.FlowNumber, stops[i].FromClient, record.Frame, record.Sequence + (uint)(shared.Start - whole.Start), (int)shared.Length,
                        again.Frame, new Timestamp(again.UnixNanoseconds), Lost: Unseen(i, later).Count > 0);
                }
            }
        }
    }

    private void Enter(int i, int index)
    {
        ref readonly var record = ref stops[i].Trail[index];
        tallies[i].Enter(stops[i].Sender, record);
        if (record.Length == 0)
        {
            return;
        }

        var segments = stops[i].Segments(record);
        tallies[i].Looped += told.Looped.Contains(new FrameAt(stops[i].Sighting.Capture, record.Frame)) ? segments : 0;
        tallies[i].Late += stops[i].Repeats && passages[i, i + 1] is { } passage && passage.Seen(index) && IsLate(i, index, passage) ? segments : 0;
    }

    /// <summary>Its bytes had been sent again before it arrived, by the clocks; or the later transmission arrived first.</summary>
    private bool IsLate(int i, int index, Passage passage)
    {
        var again = Overlapping(i, Whole(i, index)).Where(other => other > index).DefaultIfEmpty(-1).Min();
        if (again < 0 || IsProbe(i, index) || passage.Arrival(index) is var arrival && arrival < 0)
        {
            return false;
        }

        var (here, there) = (stops[i].Sighting.Source, stops[i + 1].Sighting.Source);
        var arrived = stops[i + 1].Trail[arrival].UnixNanoseconds;
        if (clocks.Error(there, here) is { } error && clocks.Offset(here, there, arrived) is { } offset && stops[i].Trail[again].UnixNanoseconds < arrived + offset - error)
        {
            return true;
        }

        return passage.Arrival(again) is var overtaking && overtaking >= 0 && overtaking < arrival;
    }

    private long Duplicated(int i)
    {
        var (passage, here, there) = (passages[i, i + 1]!, stops[i], stops[i + 1]);
        var more = told.Duplicated(there.Sighting, there.FromClient) - told.Duplicated(here.Sighting, here.FromClient);
        return Math.Max(more, passage.Duplicates + (absence.IsComplete(here.Sighting) ? passage.LikelyDuplicates : 0));
    }

    private ByteSpan Whole(int i, int index) => new(stops[i].Offsets[index], stops[i].Offsets[index] + stops[i].Trail[index].SequenceLength);

    /// <summary>The last place saw all of it, the receiver acknowledged it there, and no transmission of these bytes is in doubt there.</summary>
    private bool Arrived(int i, int index, IReadOnlySet<int> listed)
    {
        var last = stops.Length - 1;
        while (last > i && passages[i, last] is null)
        {
            last--;
        }

        if (last == i || passages[i, last] is not { Exhausted: false } passage || budget.Exhausted || !passage.Seen(index) || passage.Holes(index).Count > 0)
        {
            return false;
        }

        var (whole, there) = (Whole(i, index), stops[last].Sighting.Flow);
        var span = new ByteSpan(passage.ToLater(whole.Start), passage.ToLater(whole.End));
        return listed.Contains(there.Capture) && stops[last].Acknowledged(span.End)
            && !Overlapping(last, span).Any(o => told.Doubted.Contains(new FrameAt(there.Capture, stops[last].Trail[o].Frame)));
    }

    private static bool Shares(Connection connection, Sighting a, Sighting b, bool fromClient) =>
        connection.Match(a, b)?.Matches(fromClient != connection.IsSwapped(a)).Length > 0;

    /// <summary>What a place provably did not record: seen still further on, or acknowledged without ever having come by there.</summary>
    private void FindMissed(int i)
    {
        for (var j = i + 1; j < stops.Length; j++)
        {
            for (var index = 0; passages[i, j] is { } passage && index < stops[i].Trail.Count; index++)
            {
                // Outside of what a place saw of this direction its capture may not have run, or the traffic took another way.
                if (passage.Holes(index).Count > 0 && passage.SeenBefore(index) > 0 && passage.SeenAfter(index) > 0 && SlippedBy(i, j, index))
                {
                    absence.Missed(stops[j].Sighting);
                }
            }
        }
    }

    private bool SlippedBy(int i, int j, int index) => passages[i, j]!.Holes(index).Exists(h => SlippedBy(i, j, index, h));

    private bool SlippedBy(int i, int j, int index, ByteSpan hole)
    {
        if (IsAcknowledged(i, hole) && !passages[i, j]!.Covers(hole))
        {
            return true;
        }

        for (var k = j + 1; k < stops.Length; k++)
        {
            if (passages[i, k]?.Holes(index).Exists(h => h.Intersect(hole).Length > 0) == false)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The receiver acknowledged it, as heard here or further on.</summary>
    private bool IsAcknowledged(int i, ByteSpan span)
    {
        if (stops[i].Acknowledged(span.End))
        {
            return true;
        }

        for (var j = i + 1; j < stops.Length; j++)
        {
            if (passages[i, j] is { } passage && stops[j].Acknowledged(passage.ToLater(span.End)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What of a transmission was seen at no later place.</summary>
    private List<ByteSpan> Unseen(int i, int index)
    {
        List<ByteSpan>? unseen = null;
        for (var j = i + 1; j < stops.Length; j++)
        {
            if (passages[i, j] is not { } passage)
            {
                continue;
            }

            var holes = passage.Holes(index);
            unseen = unseen is null ? holes : [.. unseen.SelectMany(u => holes.Select(u.Intersect)).Where(s => s.Length > 0)];
            if (unseen.Count == 0)
            {
                return unseen;
            }
        }

        return unseen ?? [];
    }

    private IEnumerable<Fact> Place(int i, int index, List<ByteSpan> unseen)
    {
        var record = stops[i].Trail[index];
        if (IsProbe(i, index))
        {
            tallies[i].Unrecorded(record.Length);
            yield break;
        }

        // A SYN is no data: what became of it is told apart.
        var first = stops[i].Offsets[index] + (record.Has(SegmentTraits.Syn) ? 1 : 0);
        foreach (var hole in unseen.Select(u => u with { Start = Math.Max(u.Start, first) }).Where(u => u.Length > 0))
        {
            var again = SentAgain(i, index, hole);
            if (IsAcknowledged(i, hole) && !again && !CoveredBeyond(i, hole))
            {
                // Delivered past a place that did not record it.
                tallies[i].Unrecorded(hole.Length);
                continue;
            }

            var (j, proven, reason, laterSeen) = Missing(i, index, hole);
            if (j < 0 || !(proven || again || SentBefore(i, index, hole) || told.Doubted.Contains(new FrameAt(stops[i].Sighting.Capture, record.Frame))))
            {
                tallies[i].Unrecorded(hole.Length);
                continue;
            }

            foreach (var piece in stops[i].Pieces(index, hole))
            {
                tallies[i].Lose(index, piece.Length, proven && j == i + 1);
                yield return Placement(i, j, index, piece, proven, reason, laterSeen);
            }
        }
    }

    /// <summary>The nearest later place that proves it never came; else the next place, without proof.</summary>
    private (int Place, bool Proven, string Reason, bool LaterSeen) Missing(int i, int index, ByteSpan hole)
    {
        var fallback = (Place: -1, Proven: false, Reason: "", LaterSeen: false);
        for (var j = i + 1; j < stops.Length; j++)
        {
            if (passages[i, j] is not { Exhausted: false } passage || budget.Exhausted)
            {
                continue;
            }

            var laterSeen = LaterSeen(i, index, hole, passage);
            var (proven, reason) = absence.Judge(stops[i], stops[j], passage, index, laterSeen);
            if (proven)
            {
                return (j, true, reason, laterSeen);
            }

            if (fallback.Place < 0)
            {
                fallback = (j, false, reason, laterSeen);
            }
        }

        return fallback;
    }

    private bool CoveredBeyond(int i, ByteSpan hole)
    {
        for (var j = i + 1; j < stops.Length; j++)
        {
            if (passages[i, j]?.Covers(hole) == true)
            {
                return true;
            }
        }

        return false;
    }

    private bool SentAgain(int i, int index, ByteSpan span) => Overlapping(i, span).Any(other => other > index);

    private bool SentBefore(int i, int index, ByteSpan span) => Overlapping(i, span).Any(other => other < index);

    private bool LaterSeen(int i, int index, ByteSpan span, Passage passage) =>
        Overlapping(i, span).Any(other => other > index && passage.Seen(other));

    /// <summary>One byte already acknowledged, sent once more: a keep-alive or zero-window probe, of which nothing depends.</summary>
    private bool IsProbe(int i, int index)
    {
        var start = stops[i].Offsets[index];
        return stops[i].Trail[index].Length == 1 && stops[i].Acknowledged(start + 1)
            && Overlapping(i, new ByteSpan(start, start + 1)).Any(other => other < index);
    }

    private IEnumerable<int> Overlapping(int i, ByteSpan span)
    {
        var stop = stops[i];
        for (var n = stop.FirstReaching(span.Start); n < stop.Order.Length && stop.Starts[n] < span.End && budget.TryStep(); n++)
        {
            var other = stop.Order[n];
            if (stop.Starts[n] + stop.Trail[other].SequenceLength > span.Start)
            {
                yield return other;
            }
        }
    }

    private SegmentPlacement Placement(int i, int j, int index, ByteSpan piece, bool proven, string reason, bool laterSeen)
    {
        var (stop, missing) = (stops[i], stops[j]);
        var record = stop.Trail[index];
        var (largest, frame) = passages[i, j]!.LargestSeen;
        var length = (int)piece.Length;
        var single = record.SequenceLength <= stop.SegmentSize(record);
        return new SegmentPlacement(
            stop.At, new Provenance(stop.Sighting.Flow.From.Source, Frame: record.Frame), stop.Sighting.Capture, stop.Sighting.FlowNumber,
            stop.FromClient, record.Sequence + (uint)(piece.Start - stop.Offsets[index]), length,
            single ? record.DatagramLength : record.HeaderLength + length, record.Has(SegmentTraits.DontFragment), missing.At,
            missing.Sighting.Capture, missing.Sighting.FlowNumber, missing.Sighting.Encapsulation, proven, reason, largest, frame is null ? null : new Provenance(stop.Sighting.Flow.From.Source, Frame: frame),
            laterSeen, new Timestamp(record.UnixNanoseconds))
        {
            StreamOffset = stop.StreamOffset(piece.Start),
            SeenAt = [.. SeenBefore(i, index), new Provenance(stop.Sighting.Flow.From.Source, Frame: record.Frame)],
        };
    }

    private IEnumerable<Provenance> SeenBefore(int i, int index)
    {
        for (var k = 0; k < i; k++)
        {
            if (passages[k, i]?.Origin(index) is { } origin and >= 0)
            {
                yield return new Provenance(stops[k].Sighting.Flow.From.Source, Frame: stops[k].Trail[origin].Frame);
            }
        }
    }
}
