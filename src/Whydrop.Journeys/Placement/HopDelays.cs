using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>One-way delays of one hop in one direction, after the clock offset is taken off.</summary>
internal readonly struct HopDelays
{
    /// <summary>Delays are told apart to one part in so many.</summary>
    private const int Precision = 32;

    /// <summary>Hosts are late by this much by themselves: interrupts, softirqs, a timer tick.</summary>
    private const long HostNoise = 1_000_000;

    // Every hop of every connection needs them once: they are used again.
    [ThreadStatic]
    private static long[]? sharedDelays;

    [ThreadStatic]
    private static (long Delay, int Segments)[]? sharedData;

    private readonly long[] delays;
    private readonly (long Delay, int Segments)[] data;
    private readonly int count;
    private readonly int countWithData;
    private readonly long roundTrip;
    private readonly long least = long.MaxValue;
    private readonly long most = long.MinValue;

    /// <summary>Measures every datagram that both places saw; none when the clocks cannot be compared.</summary>
    /// <param name="hop">To be asked before the next is measured.</param>
    public HopDelays(in HopView hop, ClockTable clocks)
    {
        (delays, data) = ([], []);
        var (from, to) = (hop.Before.Source, hop.Beyond.Source);
        roundTrip = hop.Before.RoundTrip;
        if (clocks.Error(from, to) is null)
        {
            return;
        }

        var a = hop.Sent.Records;
        var b = hop.Seen.Records;
        var largest = hop.Largest;
        var offsets = new ClockOffsets(clocks, from, to);
        (delays, data) = (Room(ref sharedDelays, hop.Count), Room(ref sharedData, hop.Count));
        for (var i = 0; i < hop.Count; i++)
        {
            var (before, beyond) = hop[i];
            ref readonly var sent = ref a[before];
            if (offsets.At(sent.UnixNanoseconds) is not { } offset)
            {
                continue;
            }

            var delay = b[beyond].UnixNanoseconds - sent.UnixNanoseconds - offset;
            delays[count++] = delay;
            least = Math.Min(least, delay);
            most = Math.Max(most, delay);
            if (sent.Length > 0)
            {
                data[countWithData++] = (delay, sent.Segments(largest));
            }
        }
    }

    /// <summary>Datagrams measured.</summary>
    public int Count => count;

    /// <summary>The smallest; null when none was measured.</summary>
    public TimeSpan? Least => count == 0 ? null : Span(least);

    /// <summary>The largest; null when none was measured.</summary>
    public TimeSpan? Most => count == 0 ? null : Span(most);

    /// <summary>Puts them in order, which <see cref="At"/> and <see cref="Counts"/> need.</summary>
    public void Sort() => Array.Sort(delays, 0, count);

    /// <summary>The delay that a share of them did not exceed; null when none was measured.</summary>
    public TimeSpan? At(double share) => count == 0 ? null : Span(delays[(int)(share * (count - 1))]);

    /// <summary>Segments with data that waited longer than the fastest by more than a round trip: the sender notices.</summary>
    public long Delayed()
    {
        var limit = count == 0 ? 0 : least + Math.Max(roundTrip, HostNoise);
        var delayed = 0L;
        foreach (var (delay, segments) in data.AsSpan(0, countWithData))
        {
            delayed += delay > limit ? segments : 0;
        }

        return delayed;
    }

    /// <summary>Adds how often each delay was met, by ticks.</summary>
    public void AddTo(DelayCounts counts)
    {
        foreach (var delay in delays.AsSpan(0, count))
        {
            counts.Add(Span(Rounded(delay)).Ticks, 1);
        }
    }

    /// <summary>How often each delay was met.</summary>
    public DelayCount[] Counts()
    {
        var distinct = 0;
        for (var i = 0; i < count; i++)
        {
            distinct += i == 0 || Span(Rounded(delays[i])) != Span(Rounded(delays[i - 1])) ? 1 : 0;
        }

        var counts = new DelayCount[distinct];
        distinct = 0;
        foreach (var delay in delays.AsSpan(0, count))
        {
            var rounded = Span(Rounded(delay));
            if (distinct > 0 && counts[distinct - 1].Delay == rounded)
            {
                counts[distinct - 1] = new DelayCount(rounded, counts[distinct - 1].Count + 1);
            }
            else
            {
                counts[distinct++] = new DelayCount(rounded, 1);
            }
        }

        return counts;
    }

    private static T[] Room<T>(ref T[]? shared, int count) =>
        shared is { } room && room.Length >= count ? room : shared = new T[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, count))];

    /// <summary>Up to the next multiple of the power of two that is less than one part in <see cref="Precision"/> of it.</summary>
    internal static long Rounded(long delay)
    {
        const long Tick = 100;
        var step = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Abs(delay) + 1) / (2 * Precision);
        if (step > Tick)
        {
            return (delay + step - 1) & -step;
        }

        var multiple = Math.DivRem(delay, Tick, out var rest);
        return (multiple + (rest > 0 ? 1 : 0)) * Tick;
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
