using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Tests;

public class LossPatternTests
{
    private static readonly VantagePoint At = Facts.NodeEth0;

    /// <summary>Flows of 2000 full-size segments each; which are lost is for the caller to say.</summary>
    private static Facts Bulk(int flows, Func<int, long, bool> lost, int[]? perFlowLost = null)
    {
        var f = new Facts().Capture(0, At);
        long total = 0;
        for (var flow = 0; flow < flows; flow++)
        {
            long n = 0;
            for (var i = 0L; i < 2000; i++)
            {
                if (lost(flow, i))
                {
                    n++;
                    f.Lost(0, At, (uint)(i * 1448), 1448, 1500, never: false, seconds: i * 0.01, flow: flow, ordinal: i);
                }
            }

            f.Flow(0, At, 2000, 2000 * 1448, flow).Sizes(0, At, flow, true, (1500, 2000 - n, n));
            total += n;
        }

        return f.Tally(0, At, Fate.LostAfter, total, total * 1448, 0).Tally(0, At, Fate.Delivered, flows * 2000 - total, (flows * 2000 - total) * 1448, flows * 2000L * 1448);
    }

    private static Verdict? RandomLoss(FactSet set)
    {
        Weakening.Check(set);
        return Diagnose.Run(set).Verdicts.FirstOrDefault(v => v.Fault.Id == "random-loss");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Independent_losses_are_suspected_to_be_random(int seed)
    {
        var random = new Random(seed);
        var d = Diagnose.Run(Bulk(4, (_, _) => random.Next(100) == 0).Set);
        Assert.Equal(("random-loss", VerdictStatus.Suspected), (d.Verdicts[0].Fault.Id, d.Verdicts[0].Status));
        Assert.Equal(d.Verdicts[0].Explains.OfSegments, d.Verdicts[0].Explains.Segments);
        Assert.Contains(d.Verdicts[0].Readings, r => r.Text.Contains("p = ", StringComparison.Ordinal));
        Assert.NotEmpty(d.NextEvidence);
    }

    [Fact]
    public void Losses_in_bursts_are_not_random()
    {
        var verdict = RandomLoss(Bulk(2, (_, i) => i % 400 is >= 200 and < 212).Set);
        Assert.Equal(VerdictStatus.RuledOut, verdict?.Status);
    }

    [Fact]
    public void A_flow_that_loses_all_the_share_of_the_others_contests_it()
    {
        var random = new Random(5);
        var verdict = RandomLoss(Bulk(4, (flow, _) => flow == 2 && random.Next(25) == 0).Set);
        Assert.Equal(VerdictStatus.Contested, verdict?.Status);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    public void Short_connections_that_lose_by_chance_and_send_until_all_arrived_are_no_pattern(int seed, int length)
    {
        var verdict = RandomLoss(Short(seed, length).Set);
        Assert.True(verdict?.Status == VerdictStatus.Suspected, string.Join('\n', verdict?.Readings.Select(r => $"{r.Question.Text} {r.Answer} {r.Text}") ?? ["none"]));
    }

    [Fact]
    public void Connections_that_lose_all_from_some_moment_on_do_not_lose_by_chance()
    {
        // One segment came through of each, the next six did not: among seven, six neighbours are nothing strange. Others between the two lose nothing.
        var f = Bulk(1, (_, _) => false);
        for (var flow = 1; flow < 5; flow++)
        {
            for (var i = 1; i < 7; i++)
            {
                f.Lost(0, At, (uint)((flow * 77777) + (i * 1448)), 1448, 1500, never: true, seconds: i, flow: flow, ordinal: i);
            }

            f.Flow(0, At, 7, 7 * 1448, flow).Sizes(0, At, flow, true, (1500, 1, 6));
        }

        Assert.Equal(VerdictStatus.RuledOut, RandomLoss(f.Tally(0, At, Fate.LostAfter, 24, 24 * 1448, 0).Tally(0, At, Fate.Delivered, 2004, 2004 * 1448, 2004 * 1448).Set)?.Status);
    }

    [Fact]
    public void Where_nothing_comes_through_chance_cannot_be_told()
    {
        var verdict = RandomLoss(Bulk(2, (_, i) => i < 2000).Set)!;
        Assert.True(verdict.Status is VerdictStatus.Undecided or VerdictStatus.RuledOut, $"{verdict.Status}");
        Assert.Contains(verdict.Readings, r => r.Text.Contains("nothing came through", StringComparison.Ordinal));
        Assert.DoesNotContain(verdict.Readings, r => r.Text.Contains("NaN", StringComparison.Ordinal));
    }

    [Fact]
    public void Short_connections_that_always_lose_the_first_do_not_lose_by_chance() =>
        Assert.Equal(VerdictStatus.RuledOut, RandomLoss(Short(4, 6, always: true).Set)?.Status);

    [Theory]
    [InlineData(400, VerdictStatus.Contested)]
    [InlineData(200, VerdictStatus.Suspected)] // Of fewer than half of the 3000 segments.
    public void The_load_of_those_that_chance_picked_does_not_contest_it(int bins, VerdictStatus expected)
    {
        // Of connections with a loss each has one, however little it sends at a time.
        var f = Short(5, 4).Add(new LoadTimeline(
            At, new Provenance("eth0.pcap"), 0, true, Facts.Seconds(0), TimeSpan.FromMilliseconds(100), [.. Enumerable.Range(0, bins).Select(i => i % 2 == 0 ? new LoadBin(1, 1500, 1, 1500, 0) : new LoadBin(9, 13500, 0, 0, 0))]));
        Assert.Equal(expected, RandomLoss(f.Set)?.Status);
    }

    /// <summary>600 flows of a few segments, one in five lost; each lost one is sent again until it arrives.</summary>
    private static Facts Short(int seed, int length, bool always = false)
    {
        var random = new Random(seed);
        var f = new Facts().Capture(0, At);
        var (sent, died) = (0L, 0L);
        for (var flow = 0; flow < 600; flow++)
        {
            var (ordinal, open, lost, initial) = (0L, length, 0, (uint)random.Next());
            while (open > 0)
            {
                if (always ? ordinal == 0 : random.Next(5) == 0)
                {
                    lost++;
                    f.Lost(0, At, initial + (uint)(ordinal * 1448), 1448, 1500, never: false, seconds: (flow * 0.05) + (ordinal * 0.001), flow: flow, ordinal: ordinal);
                }
                else
                {
                    open--;
                }

                ordinal++;
            }

            f.Flow(0, At, ordinal, ordinal * 1448, flow).Sizes(0, At, flow, true, (1500, ordinal - lost, lost));
            (sent, died) = (sent + ordinal, died + lost);
        }

        return f.Tally(0, At, Fate.LostAfter, died, died * 1448, 0).Tally(0, At, Fate.Delivered, sent - died, (sent - died) * 1448, sent * 1448);
    }

    [Fact]
    public void A_handful_of_losses_does_not_tell()
    {
        var d = Diagnose.Run(Bulk(1, (_, i) => i is 100 or 700 or 1500).Set);
        Assert.Equal(Outcome.Inconclusive, d.Outcome);
        Assert.Equal(3, d.Ledger.Unexplained);
        Assert.DoesNotContain(d.Verdicts, v => v.Status is VerdictStatus.Confirmed or VerdictStatus.Suspected);
    }

    [Fact]
    public void Random_loss_on_a_proven_hop_is_confirmed_there()
    {
        var random = new Random(7);
        var b = new VantagePoint("node-b", null, "eth0");
        var f = Bulk(4, (_, _) => random.Next(100) == 0).Capture(1, b);
        foreach (var loss in f.Set.Of<SegmentFate>())
        {
            f.Placed(At, 0, b, 1, loss.Sequence, loss.Length, 1500, loss.DataOrdinal * 0.01, 1500, flow: loss.Flow);
        }

        f.Add(Load(random, policed: false)).Add(Enumerable.Range(0, 4).SelectMany(flow => new Facts().Hop(0, At, 1, b, flow, 0.02, 0.05).Set.All));
        var verdict = RandomLoss(f.Set)!;
        Assert.Equal(VerdictStatus.Confirmed, verdict.Status);
        Assert.Contains("between node-a/eth0 and node-b/eth0", verdict.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Gaps_are_counted_where_the_segments_came_to_the_hop()
    {
        // The sender's own capture shows many at once, before the device cuts them: what stood between two losses on the wire is not seen there.
        var random = new Random(7);
        var (pod, b) = (new VantagePoint("client", null, "eth0"), new VantagePoint("node-b", null, "eth0"));
        var f = Bulk(4, (_, _) => random.Next(100) == 0).Capture(1, b).Capture(5, pod);
        foreach (var loss in f.Set.Of<SegmentFate>())
        {
            f.Placed(At, 0, b, 1, loss.Sequence, loss.Length, 1500, loss.DataOrdinal * 0.01, 1500, flow: loss.Flow)
                .Lost(5, pod, loss.Sequence, loss.Length, 1500, never: false, seconds: loss.DataOrdinal * 0.01, flow: loss.Flow, ordinal: loss.DataOrdinal / 128 * 128);
        }

        for (var flow = 0; flow < 4; flow++)
        {
            var n = f.Set.Of<SegmentFate>().Count(l => l.Capture == 0 && l.Flow == flow);
            f.Flow(5, pod, 2000, 2000 * 1448, flow).Sizes(5, pod, flow, true, (1500, 2000 - n, n)).Paired(5, pod, 0, At, translated: false, flow: flow);
        }

        f.Add(Load(random, policed: false)).Add(Enumerable.Range(0, 4).SelectMany(flow => new Facts().Hop(0, At, 1, b, flow, 0.02, 0.05).Set.All));
        var verdict = Diagnose.Run(f.Set).Verdicts.First(v => v.Fault.Id == "random-loss");
        Assert.True(verdict.Status == VerdictStatus.Confirmed, string.Join('\n', verdict.Readings.Select(r => $"{r.Question.Text} {r.Answer} {r.Text}")));
        Assert.Equal(verdict.Explains.OfSegments, verdict.Explains.Segments);
    }

    [Fact]
    public void Gaps_are_counted_where_the_segments_were_seen_last_when_no_hop_is_known()
    {
        var (random, pod) = (new Random(7), new VantagePoint("client", null, "eth0"));
        var f = Bulk(4, (_, _) => random.Next(100) == 0).Capture(5, pod);
        foreach (var loss in f.Set.Of<SegmentFate>())
        {
            f.Lost(5, pod, loss.Sequence, loss.Length, 1500, never: false, seconds: loss.DataOrdinal * 0.01, flow: loss.Flow, ordinal: loss.DataOrdinal / 128 * 128);
        }

        for (var flow = 0; flow < 4; flow++)
        {
            var n = f.Set.Of<SegmentFate>().Count(l => l.Capture == 0 && l.Flow == flow);
            f.Flow(5, pod, 2000, 2000 * 1448, flow).Sizes(5, pod, flow, true, (1500, 2000 - n, n)).Paired(5, pod, 0, At, translated: false, flow: flow);
        }

        var verdict = Diagnose.Run(f.Set).Verdicts.First(v => v.Fault.Id == "random-loss");
        Assert.True(verdict.Status == VerdictStatus.Suspected, string.Join('\n', verdict.Readings.Select(r => $"{r.Question.Text} {r.Answer} {r.Text}")));
    }

    [Fact]
    public void A_policer_is_told_by_its_bucket()
    {
        var random = new Random(11);
        var load = Load(random, policed: true);
        var f = new Facts().Capture(0, At).Add(load).Flow(0, At, 20000, 20000 * 1448);
        var lost = load.Bins.Sum(b => b.LostSegments);
        f.Sizes(0, At, 0, true, (1500, 20000 - lost, lost)).Tally(0, At, Fate.LostAfter, lost, lost * 1448L, 0);
        long ordinal = 0;
        foreach (var (bin, i) in load.Bins.Select((b, i) => (b, i)))
        {
            for (var k = 0; k < bin.LostSegments; k++)
            {
                var at = ordinal + bin.Segments - bin.LostSegments + k;
                f.Lost(0, At, (uint)(at * 1448), 1448, 1500, never: false, seconds: i * 0.1, ordinal: at);
            }

            ordinal += bin.Segments;
        }

        Weakening.Check(f.Set);
        var first = Diagnose.Run(f.Set).Verdicts[0];
        Assert.True(first.Status == VerdictStatus.Suspected, string.Join('\n', first.Readings.Select(r => $"{r.Question.Text} {r.Answer} {r.Text}")));
        Assert.Equal(("rate-policer", VerdictStatus.Suspected), (first.Fault.Id, first.Status));
    }

    [Theory]
    [InlineData(58, true)]
    [InlineData(24, false)]
    public void Losses_that_came_while_the_queue_filled_do_not_hide_it(int usual, bool suspected)
    {
        // A sender that doubles what it sends: of every third loss the last round trip before is that of a queue not yet full.
        var f = Bulk(2, (_, i) => i % 100 is >= 90 and < 93).Add(new LoadTimeline(
            At, new Provenance("eth0.pcap"), 0, true, Facts.Seconds(0), TimeSpan.FromMilliseconds(100), [.. Enumerable.Repeat(new LoadBin(60, 90_000, 0, 0, 0), 400)]));
        var waits = f.Set.All.Select(fact => fact is not SegmentFate loss ? fact : loss with { RttBefore = TimeSpan.FromMilliseconds((loss.DataOrdinal / 100 % 3, loss.DataOrdinal / 100 % 10) switch { (0, _) => 20, (_, 1) => 64, _ => usual }) });
        Assert.Equal(suspected, Diagnose.Run(new FactSet(waits)).Verdicts.Any(v => v is { Fault.Id: "burst-loss-congestion", Status: VerdictStatus.Suspected }));
    }

    [Theory]
    [InlineData(0, 12, VerdictStatus.Confirmed)] // Round trips before losses happen to be short.
    [InlineData(80, 12, VerdictStatus.Confirmed)]
    [InlineData(0, 0.02, VerdictStatus.RuledOut)] // Some waited long, but not those next to the lost ones.
    [InlineData(80, 0.02, VerdictStatus.RuledOut)] // They waited, but not here.
    public void A_queue_stands_where_those_next_to_the_lost_ones_wait(double roundTrip, double atLoss, VerdictStatus expected)
    {
        var b = new VantagePoint("node-b", null, "eth0");
        var f = Bulk(2, (_, i) => i % 100 is >= 90 and < 93).Capture(1, b).Device(At, 1500).Device(b, 1500).Add(new LoadTimeline(
            At, new Provenance("eth0.pcap"), 0, true, Facts.Seconds(0), TimeSpan.FromMilliseconds(100), [.. Enumerable.Repeat(new LoadBin(60, 90_000, 0, 0, 0), 400)]));
        foreach (var loss in f.Set.Of<SegmentFate>())
        {
            f.Placed(At, 0, b, 1, loss.Sequence, loss.Length, 1500, loss.DataOrdinal * 0.01, 1500, flow: loss.Flow);
        }

        f.Hop(0, At, 1, b, 0, atLoss, 12.5).Hop(0, At, 1, b, 1, atLoss, 12.5);
        var set = new FactSet(f.Set.All.Select(fact => fact is SegmentFate loss ? loss with { RttBefore = TimeSpan.FromMilliseconds(1 + roundTrip) } : fact));
        Weakening.Check(set);
        var verdict = Diagnose.Run(set).Verdicts.FirstOrDefault(v => v.Fault.Id == "burst-loss-congestion");
        Assert.True(verdict?.Status == expected, string.Join('\n', verdict?.Readings.Select(r => $"{r.Question.Text} {r.Answer} {r.Text}") ?? ["none"]));
    }

    [Theory]
    [InlineData(11.9, 20, VerdictStatus.Confirmed)]
    [InlineData(12.1, 20, VerdictStatus.Suspected)]
    [InlineData(11.9, 2, VerdictStatus.Suspected)] // As many losses, but few that had neighbours of their own.
    public void Losses_that_look_like_chance_are_of_the_queue_where_it_is_longest_each_time(double ninetieth, int gaps, VerdictStatus expected)
    {
        var (random, b) = (new Random(7), new VantagePoint("node-b", null, "eth0"));
        var f = Bulk(4, (_, _) => random.Next(100) == 0).Capture(1, b).Device(At, 1500).Device(b, 1500).Add(Load(random, policed: false));
        foreach (var loss in f.Set.Of<SegmentFate>())
        {
            f.Placed(At, 0, b, 1, loss.Sequence, loss.Length, 1500, loss.DataOrdinal * 0.01, 1500, flow: loss.Flow);
        }

        for (var flow = 0; flow < 4; flow++)
        {
            f.Hop(0, At, 1, b, flow, 12, 12.5, ninetieth, gaps);
        }

        Weakening.Check(f.Set);
        Assert.Equal(expected, Diagnose.Run(f.Set).Verdicts.Single(v => v.Fault.Id == "burst-loss-congestion").Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_fitted_bucket_has_the_rate_of_the_policer(int seed)
    {
        var fit = TokenBucket.Fit(Load(new Random(seed), policed: true))!;
        Assert.InRange(fit.BytesPerSecond, 0.97 * 10e6 / 8, 1.03 * 10e6 / 8);
        Assert.True(fit is { Hits: >= 0.9, Quality: >= 0.7 }, fit.ToString());
    }

    [Fact]
    public void Random_loss_is_no_policer()
    {
        var random = new Random(13);
        var fit = TokenBucket.Fit(Load(random, policed: false))!;
        Assert.True(fit.Quality < 0.5, fit.ToString());
    }

    /// <summary>100 s in bins of 100 ms: a load that swings around 10 Mbit/s, policed there, or losing 1 in 100 at random.</summary>
    private static LoadTimeline Load(Random random, bool policed)
    {
        const double perBin = 10e6 / 8 / 10;
        const double burst = 2 * perBin;
        var tokens = burst;
        var bins = new LoadBin[1000];
        double phase = 0;
        var period = 40;
        for (var i = 0; i < bins.Length; i++)
        {
            // A sawtooth, no two teeth alike.
            phase += 1.0 / period;
            if (phase >= 1)
            {
                phase = 0;
                period = random.Next(20, 70);
            }

            var segments = (int)(perBin / 1500 * (0.75 + 0.7 * phase) + random.Next(5));
            var lost = 0;
            tokens = Math.Min(burst + perBin, tokens + perBin);
            for (var s = 0; s < segments; s++)
            {
                if (policed ? tokens < 1500 : random.Next(100) == 0)
                {
                    lost++;
                }
                else
                {
                    tokens -= 1500;
                }
            }

            tokens = Math.Min(burst, tokens);
            bins[i] = new LoadBin(segments, segments * 1500L, lost, lost * 1500L, 1000);
        }

        return new LoadTimeline(At, new Provenance("eth0.pcap"), 0, true, Facts.Seconds(0), TimeSpan.FromMilliseconds(100), bins);
    }
}
