using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Placement;

/// <summary>The journey of some bytes of one direction: every packet that carried any of them, at every place, each with the transmission it is.</summary>
/// <param name="stops">From the sender to the receiver.</param>
/// <param name="passages">What of each place was seen at each later one.</param>
internal sealed class RangeTrace(PathStop[] stops, Passage?[,] passages, ClockTable clocks)
{
    /// <summary>Tells it, place by place.</summary>
    public IEnumerable<RangeSighting> Of(TracedRange range)
    {
        // The transmissions of each place by its segments, so that later places find theirs.
        var known = new Dictionary<int, (int Number, int Place, long Time)>[stops.Length];
        var count = 0;
        for (var place = 0; place < stops.Length; place++)
        {
            known[place] = [];
            foreach (var index in Carriers(place, range))
            {
                var record = stops[place].Trail[index];
                if (Origin(known, place, index) is not { } first)
                {
                    first = (++count, place, record.UnixNanoseconds);
                }

                known[place][index] = first;
                yield return Sighting(place, index, first);
            }
        }
    }

    /// <summary>Segments with a byte of the range, in capture order.</summary>
    private IEnumerable<int> Carriers(int place, TracedRange range)
    {
        var stop = stops[place];
        // Where a capture began late, another knows where the stream begins.
        var origin = Zero(place);
        var (begin, end) = (origin + range.Begin - 1, origin + range.End);
        for (var index = 0; index < stop.Trail.Count; index++)
        {
            var (start, length) = (stop.Offsets[index] + (stop.Trail[index].SequenceLength - stop.Trail[index].Length), stop.Trail[index].Length);
            if (length > 0 && start < end && start + length > begin)
            {
                yield return index;
            }
        }
    }

    /// <summary>The offset, in those of a place, of the first byte of the stream.</summary>
    private long Zero(int place)
    {
        for (var other = 0; other < stops.Length && stops[place].Sender.InitialSequence is null; other++)
        {
            if (stops[other].Sender.InitialSequence is null)
            {
                continue;
            }

            var zero = -stops[other].StreamOffset(0);
            if (other < place && passages[other, place] is { } later)
            {
                return later.ToLater(zero);
            }

            if (other > place && passages[place, other] is { } earlier)
            {
                return zero - earlier.ToLater(0);
            }
        }

        return -stops[place].StreamOffset(0);
    }

    private (int Number, int Place, long Time)? Origin(Dictionary<int, (int Number, int Place, long Time)>[] known, int place, int index)
    {
        for (var before = place - 1; before >= 0; before--)
        {
            if (passages[before, place] is { } passage && known[before].TryGetValue(passage.Origin(index), out var first))
            {
                return first;
            }
        }

        return null;
    }

    private RangeSighting Sighting(int place, int index, (int Number, int Place, long Time) first)
    {
        var stop = stops[place];
        var (record, flow) = (stop.Trail[index], stop.Sighting.Flow);
        var (here, there) = (stop.Sighting.Source, stops[first.Place].Sighting.Source);
        var since = clocks.Error(there, here) is not null && clocks.Offset(there, here, first.Time) is { } offset ? record.UnixNanoseconds - first.Time - offset : (long?)null;
        var start = stop.Offsets[index] + (record.SequenceLength - record.Length);
        return new RangeSighting(
            stop.At, new Provenance(flow.From.Source, Frame: record.Frame), flow.Capture, flow.Flow, stop.FromClient, first.Number, place, start - Zero(place), record.Length,
            record.DatagramLength, record.Ttl, record.IpId, new Timestamp(record.UnixNanoseconds), since is { } s ? TimeSpan.FromTicks(s / 100) : null);
    }
}
