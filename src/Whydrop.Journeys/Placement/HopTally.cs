using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>Counts of one hop in one direction.</summary>
internal sealed class HopTally
{
    private long segmentsIn;
    private long bytesIn;
    private long lost;
    private long bytesLost;
    private long unproven;
    private long bytesUnproven;

    /// <summary>Largest datagram that passed from here to a later place, by that place; filled when first asked for.</summary>
    public Dictionary<int, (int? Length, long? Frame)> LargestPassedTo { get; } = [];

    /// <summary>A transmission was seen before the hop.</summary>
    public void Enter(PathStop stop, in SegmentRecord record)
    {
        if (record.Length > 0)
        {
            var size = stop.SegmentSize(record);
            segmentsIn += (record.Length + size - 1) / size;
            bytesIn += record.Length;
        }
    }

    /// <summary>A segment was not seen after the hop and should have been.</summary>
    public void Leave(long length, bool proven)
    {
        lost += proven ? 1 : 0;
        bytesLost += proven ? length : 0;
        unproven += proven ? 0 : 1;
        bytesUnproven += proven ? 0 : length;
    }

    /// <summary>Bytes were not recorded after the hop, and nothing says that they were lost.</summary>
    public void Unrecorded(long length) => Leave(length, proven: false);

    /// <summary>The fact.</summary>
    public HopSummary Summary(PathStop from, PathStop to, PairMatch match, ClockTable clocks)
    {
        var delays = Delays(from, match, clocks);
        var error = clocks.Error(from.Sighting.Source, to.Sighting.Source);
        return new HopSummary(
            from.At, new Provenance(from.Sighting.Flow.From.Source), from.Sighting.Flow.Capture, from.Sighting.Flow.Flow, from.FromClient, to.At,
            to.Sighting.Flow.Capture, to.Sighting.Flow.Flow, segmentsIn, segmentsIn - lost - unproven, lost, unproven, bytesIn,
            bytesIn - bytesLost - bytesUnproven, bytesLost, delays.Length, At(delays, 0), At(delays, 0.5), At(delays, 0.99),
            delays.Length > 0 && error is { } e ? Span(e) : null);
    }

    private static long[] Delays(PathStop from, PairMatch match, ClockTable clocks)
    {
        var (a, b) = (match.A.Trail(from.FromClient), match.TrailOfB(from.FromClient));
        if (clocks.Error(match.A.Source, match.B.Source) is null)
        {
            return [];
        }

        var pairs = match.Matches(from.FromClient);
        var delays = new long[pairs.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            var sent = a[pairs[i].A].UnixNanoseconds;
            delays[i] = b[pairs[i].B].UnixNanoseconds - sent - (clocks.Offset(match.A.Source, match.B.Source, sent) ?? 0);
        }

        Array.Sort(delays);
        return delays;
    }

    private static TimeSpan? At(long[] sorted, double share) =>
        sorted.Length == 0 ? null : Span(sorted[(int)(share * (sorted.Length - 1))]);

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
