using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>One-way delays of one hop in one direction, after the clock offset is taken off.</summary>
internal sealed class HopDelays
{
    /// <summary>Delays are told apart to one part in so many.</summary>
    private const int Precision = 32;

    /// <summary>Hosts are late by this much by themselves: interrupts, softirqs, a timer tick.</summary>
    private const long HostNoise = 1_000_000;

    private readonly long[] sorted;
    private readonly (long Delay, int Segments)[] data;
    private readonly long roundTrip;

    /// <summary>Measures every datagram that both places saw; none when the clocks cannot be compared.</summary>
    public HopDelays(PathStop from, PairMatch match, ClockTable clocks)
    {
        (sorted, data) = ([], []);
        // From here to the receiver and back, and from here to the sender and back: together the whole way.
        var flow = from.Sighting.Flow;
        roundTrip = ((flow.FromClient.MinRtt ?? flow.HandshakeRtt ?? TimeSpan.Zero) + (flow.FromServer.MinRtt ?? TimeSpan.Zero)).Ticks * 100;
        if (clocks.Error(match.A.Source, match.B.Source) is null)
        {
            return;
        }

        var (a, b) = (match.A.Trail(from.FromClient), match.TrailOfB(from.FromClient));
        var pairs = match.Matches(from.FromClient);
        var withData = new List<(long Delay, int Segments)>();
        var delays = new List<long>(pairs.Length);
        foreach (var pair in pairs)
        {
            ref readonly var sent = ref a[pair.A];
            if (clocks.Offset(match.A.Source, match.B.Source, sent.UnixNanoseconds) is not { } offset)
            {
                continue;
            }

            delays.Add(b[pair.B].UnixNanoseconds - sent.UnixNanoseconds - offset);
            if (sent.Length > 0)
            {
                withData.Add((delays[^1], from.Segments(sent)));
            }
        }

        sorted = [.. delays];
        Array.Sort(sorted);
        data = [.. withData];
    }

    /// <summary>Datagrams measured.</summary>
    public int Count => sorted.Length;

    /// <summary>The delay that a share of them did not exceed; null when none was measured.</summary>
    public TimeSpan? At(double share) => sorted.Length == 0 ? null : Span(sorted[(int)(share * (sorted.Length - 1))]);

    /// <summary>Segments with data that waited longer than the fastest by more than a round trip: the sender notices.</summary>
    public long Delayed()
    {
        var limit = sorted.Length == 0 ? 0 : sorted[0] + Math.Max(roundTrip, HostNoise);
        return data.Where(d => d.Delay > limit).Sum(d => (long)d.Segments);
    }

    /// <summary>How often each delay was met.</summary>
    public DelayCount[] Counts()
    {
        var counts = new List<DelayCount>();
        foreach (var delay in sorted)
        {
            var rounded = Span(Rounded(delay));
            if (counts.Count > 0 && counts[^1].Delay == rounded)
            {
                counts[^1] = new DelayCount(rounded, counts[^1].Count + 1);
            }
            else
            {
                counts.Add(new DelayCount(rounded, 1));
            }
        }

        return [.. counts];
    }

    /// <summary>Up to the next multiple of the power of two that is less than one part in <see cref="Precision"/> of it.</summary>
    private static long Rounded(long delay)
    {
        var step = Math.Max(100, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Abs(delay) + 1) / (2 * Precision));
        var multiple = Math.DivRem(delay, step, out var rest);
        return (multiple + (rest > 0 ? 1 : 0)) * step;
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
