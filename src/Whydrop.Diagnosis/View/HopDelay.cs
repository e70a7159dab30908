using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>Whether something waits in line where segments die.</summary>
/// <param name="Queued">A queue stands there; null when that cannot be told from noise.</param>
/// <param name="Text">The figures.</param>
internal sealed record HopDelay(bool? Queued, string Text, Provenance From)
{
    // A queue that drops is full, and a full queue holds more than a datagram or two: what cannot hold these is none.
    private const double NoQueue = 2;
    private const double Queue = 4;
    private const double Datagram = 1500;

    // In less than the hosts' own noise a fast path sends many datagrams: beyond so many it could be a queue all the same.
    private const double NoiseOrQueue = 8;

    // Three losses in four had others wait, and no less than a third of the longest, or half of them at least half as long: the queue was full, though the last round
    // trip before a burst was measured earlier.
    private const double MuchAlike = 3;

    // Hosts answer late by less than this by themselves: interrupts, softirqs, a timer tick.
    private static readonly TimeSpan HostNoise = TimeSpan.FromMilliseconds(1);

    // A queue that drops is full each time: who is lost had others wait before it nearly as long as anyone ever did.
    private const double FarFromFull = 4;

    /// <summary>
    /// By the time from one side of the hop to the other, else by the round trips before the losses; null when neither was measured. Round trips that grow do not say on
    /// which hop: where the losses have a place, they may have waited at another. Of a place that nobody measured across, round trips say nothing.
    /// </summary>
    internal static HopDelay? Of(Hop hop) => !hop.Placed ? RoundTrip(hop) : Measured(hop) is not { Length: > 0 } measured ? null
        : Across(hop, measured) ?? (RoundTrip(hop) is { Queued: true } grown ? grown with { Queued = null, Text = grown.Text + "; on which hop was not measured" } : RoundTrip(hop));

    /// <summary>The same, wherever on the way. That the place itself was not measured leaves open what round trips would deny.</summary>
    internal static HopDelay? Anywhere(Hop hop)
    {
        var here = hop.Placed ? Of(hop) : null;
        return here is { Queued: not null } ? here : RoundTrip(hop) is not { } back ? here : hop.Placed && back.Queued == false ? back with { Queued = null } : back;
    }

    /// <summary>Waits before the losses, beyond the shortest round trip, ascending, seconds.</summary>
    private static double[] Waits(Hop hop)
    {
        var waits = new List<double>();
        foreach (var flow in hop.Losses.GroupBy(l => (Key: new FlowKey(l.Fate.Capture, l.Fate.Flow), l.Fate.FromClient)))
        {
            if (hop.View.Sender(flow.Key.Key, flow.Key.FromClient)?.MinRtt is not { } least)
            {
                continue;
            }

            SegmentFate? before = null;
            foreach (var fate in flow.Select(l => l.Fate).OrderBy(f => f.DataOrdinal))
            {
                // While nothing gets through no round trip is measured: neighbours that are lost together have one between them.
                if (fate.RttBefore is { } rtt && (before is null || fate.DataOrdinal > before.DataOrdinal + 1 || fate.RttBefore != before.RttBefore))
                {
                    waits.Add(Math.Max(0, (rtt - least).TotalSeconds));
                }

                before = fate;
            }
        }

        waits.Sort();
        return [.. waits];
    }

    private static HopSummary[] Measured(Hop hop)
    {
        var directions = hop.Losses.Select(l => l.Direction).ToHashSet();
        return [.. hop.View.Facts.Of<HopSummary>().Where(h => h.At == hop.Seen && h.OtherAt == hop.Missing)
            .Where(h => directions.Contains(hop.View.Connections.Direction(new FlowKey(h.Capture, h.Flow), h.FromClient)))];
    }

    /// <summary>Most segments waited (median) or the slowest did (99th percentile), times the rate: what stood in line.</summary>
    private static HopDelay? Across(Hop hop, HopSummary[] measured)
    {
        measured = [.. measured.Where(h => h is { MinDelay: not null, MedianDelay: not null, P99Delay: not null })];
        if (measured.Length == 0)
        {
            return null;
        }

        var least = measured.Min(h => h.MinDelay!.Value);
        var usual = measured.Max(h => h.MedianDelay!.Value) - least;
        var slowest = measured.Max(h => h.P99Delay!.Value) - least;
        var text = string.Create(null, $"from {hop.Seen} to {hop.Missing} {usual.TotalMilliseconds:0.###} ms at the median and {slowest.TotalMilliseconds:0.###} ms for the slowest in 100");
        if (Rate(hop) is not { } rate)
        {
            return new HopDelay(null, text, measured[0].From);
        }

        text += string.Create(null, $", {usual.TotalSeconds * rate / Datagram:0.#} and {slowest.TotalSeconds * rate / Datagram:0.#} datagrams in line");
        var before = Waits(hop);
        var back = RoundTrip(hop);
        bool? queued = usual.TotalSeconds * rate >= Queue * Datagram && IsFull(usual.TotalSeconds, before, slowest.TotalSeconds) ? true : slowest.TotalSeconds * rate < NoQueue * Datagram ? false : null;
        if (queued is null && back is { Queued: true })
        {
            // Most find the line empty, as after a pause; before losses others waited: here, where one in ten waited that long, and not where nobody ever did.
            queued = measured.Max(h => h.P90Delay - least) is { } often && often.TotalSeconds >= Median(before) / 2 ? true
                : measured.Max(h => h.MaxDelay - least) is { } longest && longest.TotalSeconds < Median(before) / FarFromFull ? false
                : null;
            text += "; " + back.Text;
        }

        if (queued is null && usual.TotalSeconds * rate < NoQueue * Datagram && slowest < HostNoise && slowest.TotalSeconds * rate < NoiseOrQueue * Datagram)
        {
            queued = false;
        }

        if (queued is null && usual.TotalSeconds * rate < NoQueue * Datagram && before.Length >= HopTests.Enough && Median(before) < slowest.TotalSeconds / FarFromFull)
        {
            // Some were held up, but not those that were sent when others were lost.
            queued = false;
            text += string.Create(null, $"; before losses only {Median(before) * 1000:0.###} ms");
        }

        if (queued is null && usual.TotalSeconds * rate < NoQueue * Datagram && HopTests.GapsAreGeometric(hop).Any(g => g.Answer == Answer.Yes) && LongerAtLosses(hop) == false)
        {
            // Some were held up now and then, by busy hosts: losses do not care.
            queued = false;
            text += "; round trips are no longer when something is lost";
        }

        if (queued is null && back is { Queued: false })
        {
            queued = false;
            text += "; " + back.Text;
        }

        return new HopDelay(queued, text, measured[0].From);
    }

    /// <summary>Who is lost, or nearly everyone, waits about as long as the slowest: the line is as long as it gets, not one that hosts leave now and then.</summary>
    private static bool IsFull(double usual, double[] before, double slowest) =>
        usual >= slowest / FarFromFull || (before.Length >= HopTests.Enough && Median(before) >= slowest / FarFromFull);

    private static double Median(double[] ascending) => ascending[ascending.Length / 2];

    /// <summary>The round trip before a loss is that of a full queue each time: long, and much the same. What was never seen died before the capture, where its round trips begin.</summary>
    private static HopDelay? RoundTrip(Hop hop)
    {
        var waits = hop.Seen is null ? [] : Waits(hop);
        if (waits.Length == 0)
        {
            return null;
        }

        var (low, median, high) = (waits[waits.Length / 4], waits[waits.Length / 2], waits[(int)(waits.Length * 0.9)]);
        var line = Rate(hop) is { } rate ? median * rate / Datagram : (double?)null;
        var text = string.Create(null, $"{(waits.Length < HopTests.Enough ? $"only {waits.Length} measured: " : "")}round trip before loss {median * 1000:0.0} ms above the shortest, in half of all cases from {low * 1000:0.0} ms up")
            + (line is { } l ? string.Create(null, $", {l:0.#} datagrams in line") : "");
        var lowLine = line is { } full && median > 0 ? full * low / median : (double?)null;
        bool? queued = median == 0 || line < NoQueue ? false
            : waits.Length >= HopTests.Enough && median >= HostNoise.TotalSeconds && line >= Queue && (low >= high / 2 || (low >= HostNoise.TotalSeconds && lowLine >= Queue && (low >= high / MuchAlike || median >= high / 2))) ? true
            : null;
        if (queued == true && (!hop.SizesKnown || HopTests.GapsAreGeometric(hop).Any(g => g.Answer == Answer.Yes)) && LongerAtLosses(hop) != true)
        {
            // Both ends may be slow all the time: no more was lost when others waited, nor did the losses come together.
            queued = null;
            text += "; as long when nothing was lost";
        }

        return new HopDelay(queued, text, hop.Losses[0].From);
    }

    /// <summary>Whether round trips of times with loss are longer than those of other times, by more than chance; null when too few were measured.</summary>
    private static bool? LongerAtLosses(Hop hop)
    {
        var bins = HopTests.Timelines(hop).SelectMany(t => t.Bins).Where(b => b.RttMicroseconds > 0).ToLookup(b => b.LostSegments > 0, b => (double)b.RttMicroseconds);
        if (bins[true].Count() < HopTests.Enough || bins[false].Count() < HopTests.Enough)
        {
            return null;
        }

        return bins[true].Average() > bins[false].Average()
            && Goodness.SameDistribution([.. bins[true].Select(r => (r, 1L, 0L)), .. bins[false].Select(r => (r, 0L, 1L))]) < HopTests.Dependent;
    }

    /// <summary>Bytes delivered per second while there was anything to deliver.</summary>
    private static double? Rate(Hop hop)
    {
        double bytes = 0;
        double seconds = 0;
        foreach (var timeline in HopTests.Timelines(hop))
        {
            var busy = timeline.Bins.Where(b => b.Segments > 0).ToArray();
            bytes += busy.Sum(b => (double)(b.Bytes - b.LostBytes));
            seconds += busy.Length * timeline.BinWidth.TotalSeconds;
        }

        return seconds > 0 ? bytes / seconds : null;
    }
}
