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
    /// By the time from one side of the hop to the other; where nothing says between which places segments died, by the round trips before the losses. Null when neither
    /// was measured. Round trips do not say on which hop others waited.
    /// </summary>
    internal static HopDelay? Of(Hop hop) =>
        Across(hop) ?? (RoundTrip(hop) is { } grown && hop.Placed ? grown with { Queued = null, Text = grown.Text + "; on which hop was not measured" } : RoundTrip(hop));

    /// <summary>The same, wherever on the way.</summary>
    internal static HopDelay? Anywhere(Hop hop) => Of(hop) is { Queued: not null } told ? told : RoundTrip(hop) is { Queued: true } grown ? grown : Of(hop);

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

    /// <summary>How long those waited that were sent next to the lost ones, times the rate: what stood in line. Null when that was not measured.</summary>
    private static HopDelay? Across(Hop hop)
    {
        var measured = Measured(hop);
        if (measured.Length == 0)
        {
            return null;
        }

        var least = measured.Min(h => h.MinDelay!.Value);
        var wait = OfMost(measured) - least;
        var slowest = measured.Max(h => h.P99Delay!.Value) - least;
        var line = Rate(hop) is { } rate ? wait.TotalSeconds * rate / Datagram : (double?)null;
        var text = string.Create(null, $"from {hop.Seen} to {hop.Missing} those next to the lost ones took {wait.TotalMilliseconds:0.###} ms longer than the fastest, the slowest in 100 {slowest.TotalMilliseconds:0.###} ms")
            + (line is { } l ? string.Create(null, $"; {l:0.#} datagrams in line") : "");

        // A full line is as long as it gets; what hosts hold up now and then has nothing to do with losses. Neighbours of what was too large say nothing of the rest.
        bool? queued = line is null || !hop.SizesKnown ? null
            : line < NoQueue || wait < slowest / FarFromFull || (wait < HostNoise && line < NoiseOrQueue) ? false
            : line >= Queue ? true : null;
        return new HopDelay(queued, text, measured[0].From);
    }

    /// <summary>What was measured across the hop of the directions that lose there, by the delay next to their losses; none when that was not.</summary>
    internal static HopSummary[] Measured(Hop hop)
    {
        var directions = hop.Losses.Select(l => l.Direction).ToHashSet();
        return [.. hop.View.Facts.Of<HopSummary>().Where(h => h.At == hop.Seen && h.OtherAt == hop.Missing && h is { MinDelay: not null, P90Delay: not null, P99Delay: not null, DelayAtLoss: not null })
            .Where(h => directions.Contains(hop.View.Connections.Direction(new FlowKey(h.Capture, h.Flow), h.FromClient))).OrderBy(h => h.DelayAtLoss)];
    }

    /// <summary>The median over all gaps, each direction with as many as it has.</summary>
    private static TimeSpan OfMost(HopSummary[] ascending)
    {
        var half = ascending.Sum(h => h.LossGaps) / 2;
        return ascending.First(h => (half -= h.LossGaps) < 0).DelayAtLoss!.Value;
    }

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
