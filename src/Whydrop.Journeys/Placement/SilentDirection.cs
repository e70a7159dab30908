using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Paths;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>One direction of a connection whose data no place beyond the last recognised anything of: missing where it must have come by.</summary>
internal static class SilentDirection
{
    /// <summary>Only what is proven: a place that was not expected to see anything says nothing by its silence.</summary>
    /// <param name="chain">Sightings from the sender to the receiver.</param>
    /// <param name="fromClient">Direction in the words of the connection.</param>
    /// <param name="doubted">Transmissions whose capture holds them lost or cannot tell.</param>
    public static IEnumerable<SegmentPlacement> Placements(
        Connection connection, Sighting[] chain, bool fromClient, Ways ways, AbsenceProof absence, Bystanders bystanders,
        HashSet<FrameAt> doubted)
    {
        var last = chain.Length - 1;
        while (last >= 0 && !IsDoubted(chain[last], Here(chain[last]), doubted))
        {
            last--;
        }

        if (last < 0)
        {
            return [];
        }

        var (at, beyond) = (chain[last], chain.Skip(last + 1).ToArray());
        if (Array.Exists(beyond, s => connection.Match(at, s)?.Matches(Here(at)).Length > 0))
        {
            return [];
        }

        var stop = new PathStop(at, Here(at));
        var silent = new SilentStops(connection, at, Here(at), beyond, upstream: false, ways, absence, bystanders);
        var before = chain.Take(last).Select(s => (Sighting: s, Pairs: connection.Match(s, at)?.Matches(Here(s)) ?? [])).Where(s => s.Pairs.Length > 0)
            .Select(s => (s.Sighting, Frames: s.Pairs.ToDictionary(p => p.B, p => s.Sighting.Trail(Here(s.Sighting))[p.A].Frame))).ToArray();
        return Placements(stop, silent, doubted, index => [.. before.Where(s => s.Frames.ContainsKey(index)).Select(s => new Provenance(s.Sighting.Flow.From.Source, Frame: s.Frames[index]))]);

        bool Here(Sighting sighting) => fromClient != connection.IsSwapped(sighting);
    }

    /// <param name="before">Frames of a segment at the places before.</param>
    private static IEnumerable<SegmentPlacement> Placements(
        PathStop stop, SilentStops silent, HashSet<FrameAt> doubted, Func<int, Provenance[]> before)
    {
        var arrived = LastArrived(stop);
        for (var index = 0; index < stop.Trail.Count; index++)
        {
            var record = stop.Trail[index];
            if (record.Length == 0 || !doubted.Contains(new FrameAt(stop.Sighting.Capture, record.Frame))
                || MissingStop.Nearest(silent.Missing(record.UnixNanoseconds, arrived)) is not { Proven: true } missing)
            {
                continue;
            }

            var start = stop.Offsets[index] + record.SequenceLength - record.Length;
            foreach (var piece in stop.Pieces(index, new ByteSpan(start, start + record.Length)))
            {
                yield return Placement(stop, index, piece, missing, before(index));
            }
        }
    }

    private static bool IsDoubted(Sighting sighting, bool fromClient, HashSet<FrameAt> doubted)
    {
        foreach (ref readonly var record in sighting.Trail(fromClient).Records)
        {
            if (record.Length > 0 && doubted.Contains(new FrameAt(sighting.Capture, record.Frame)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>When the last data was sent of which the receiver said that it has it.</summary>
    private static long? LastArrived(PathStop stop)
    {
        long? latest = null;
        for (var index = 0; index < stop.Trail.Count; index++)
        {
            if (stop.Trail[index].Length > 0 && stop.Acknowledged(stop.Offsets[index] + stop.Trail[index].SequenceLength))
            {
                latest = Math.Max(latest ?? long.MinValue, stop.Trail[index].UnixNanoseconds);
            }
        }

        return latest;
    }

    private static SegmentPlacement Placement(PathStop stop, int index, ByteSpan piece, MissingStop missing, Provenance[] before)
    {
        var record = stop.Trail[index];
        var flow = stop.Sighting.Flow;
        var single = record.SequenceLength <= stop.SegmentSize(record);
        return new SegmentPlacement(
            stop.At, new Provenance(flow.From.Source, Frame: record.Frame), flow.Capture, flow.Flow, stop.FromClient,
            record.Sequence + (uint)(piece.Start - stop.Offsets[index]), (int)piece.Length,
            single ? record.DatagramLength : record.HeaderLength + (int)piece.Length, record.Has(SegmentTraits.DontFragment), missing.At,
            missing.Capture, missing.Flow, missing.Wrapped ? flow.Encapsulation : null, true, missing.Reason, null, null, false,
            new Timestamp(record.UnixNanoseconds))
        {
            StreamOffset = stop.StreamOffset(piece.Start),
            SeenAt = [.. before, new Provenance(flow.From.Source, Frame: record.Frame)],
        };
    }
}
