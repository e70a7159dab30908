using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>Seen near the sender: a lost segment passes here, and so does its retransmission.</summary>
public class SenderSideFates
{
    private const double Rtt = 10;

    [Fact]
    public void Sack_hole_then_retransmission_is_lost_after_and_proven_by_the_sack()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        var lost = c.Data(20.1, 1001, 1000);
        c.Data(20.2, 2001, 1000);
        c.Data(20.3, 3001, 1000);
        c.Data(20.4, 4001, 1000);
        c.Ack(30, 1001, 20);
        var sack = c.Ack(30.2, 1001, 20, sack: (2001, 3001));
        c.Ack(30.3, 1001, 20, sack: (2001, 4001));
        c.Ack(30.4, 1001, 20, sack: (2001, 5001));
        c.Data(30.5, 1001, 1000);
        c.Ack(40.5, 5001, 30.5);
        c.Data(50, 5001, 100);
        c.Ack(60, 5101, 50);

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal(Fate.LostAfter, fate.Fate);
        Assert.True(fate.Proven);
        Assert.Equal(sack, fate.ProvenBy!.Frame);
        Assert.Equal(lost, fate.From.Frame);
        Assert.Equal(2001 - 1001, fate.Length);
        Assert.Equal(1000L, fate.StreamOffset);
        Assert.Equal(1000 + 52, fate.DatagramLength);
        Assert.True(fate.DontFragment);
        Assert.False(fate.NeverDelivered);
        Assert.True(fate.FromClient);
        LedgerRows.AreEqual(result, (Fate.Delivered, 6, 5100), (Fate.LostAfter, 1, 1000));
        var sizes = Assert.Single(result.Of<DatagramSizes>());
        Assert.Equal([new SizeCount(152, true, 1, 0), new SizeCount(1052, true, 5, 1)], sizes.Sizes);
    }

    /// <summary>A receiver short of memory takes one half and refuses the other; the sender repeats it in smaller pieces.</summary>
    [Fact]
    public void Halves_of_a_segment_that_met_different_fates_are_both_told()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, Rtt);
        var first = c.Data(20, 1, 1000);
        c.Data(230, 1, 600);
        c.Ack(240, 601, 20, sack: (1, 601));
        c.Data(241, 601, 400);
        c.Ack(251, 1001, 241);

        var result = trace.Analyse();

        LedgerRows.AreEqual(result, (Fate.Delivered, 1, 1000), (Fate.LostAfter, 1, 400), (Fate.RetransmittedNeedlessly, 1, 600));
        var lost = Assert.Single(result.Of<SegmentFate>(), f => f.Fate == Fate.LostAfter);
        Assert.Equal((first, 600L, 400), ((int)lost.From.Frame!, lost.StreamOffset, lost.Length));
        Assert.Null(lost.DatagramLength);
    }

    [Fact]
    public void Incident_two_the_large_segment_never_passes_and_nobody_answers_its_ladder()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 1);
        c.Data(10, 1, 2878);
        c.Ack(11, 2879, 10);
        c.Data(20, 2879, 4);
        var lost = c.Data(20.1, 2883, 1398);
        c.Data(20.2, 4281, 1307);
        var sack = c.Ack(21.2, 2883, 20, sack: (4281, 5588));
        var at = 230.0;
        for (var step = 210.0; step < 10_000; step *= 2)
        {
            c.Data(at, 2883, 1398);
            at += step;
        }

        trace.Add(at + 60_000, new Packet { From = new(System.Net.IPAddress.Parse("10.9.9.9"), 1), To = new(System.Net.IPAddress.Parse("10.9.9.8"), 2) });
        var result = trace.Analyse();

        var fates = result.Of<SegmentFate>();
        Assert.True(fates.Count == 7, string.Join("\n", fates));
        Assert.All(fates, f => Assert.Equal(Fate.LostAfter, f.Fate));
        Assert.All(fates, f => Assert.True(f.NeverDelivered));
        Assert.All(fates, f => Assert.Equal(1450, f.DatagramLength));
        Assert.Equal(sack, fates[0].ProvenBy!.Frame);
        Assert.Equal(lost, fates[0].From.Frame);
        Assert.All(fates.Skip(1), f => Assert.False(f.Proven));
        Assert.All(fates.Skip(1), f => Assert.Equal(Recovery.Timeout, f.Recovery));
        Assert.Equal(Enumerable.Range(1, 7), fates.Select(f => f.Transmission));
        var sizes = Assert.Single(result.Of<DatagramSizes>()).Sizes;
        Assert.Equal(7, sizes.Single(s => s.DatagramLength == 1450).Lost);
        Assert.Equal(0, sizes.Single(s => s.DatagramLength == 1450).Delivered);
        Assert.Equal(1, sizes.Single(s => s.DatagramLength == 1359).Delivered);
    }

    [Fact]
    public void Tail_loss_probe_that_was_needed()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001, 20);
        c.Data(40, 1001, 500);
        c.Data(62, 1001, 500);
        c.Ack(72, 1501, 62);
        c.Data(100, 1501, 100);
        c.Ack(110, 1601, 100);

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal((Fate.LostAfter, true), (fate.Fate, fate.Proven));
        Assert.Equal(1, result.Of<CaptureSummary>()[0].TailLossProbes);
    }

    [Fact]
    public void Needless_retransmission_by_dsack()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001, 20);
        c.Data(40, 1001, 500);
        var copy = c.Data(262, 1001, 500);
        c.Ack(275, 1501, 40);
        c.Ack(276, 1501, 262, sack: (1001, 1501));
        c.Data(400, 1501, 100);
        c.Ack(410, 1601, 400);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.RetransmittedNeedlessly, copy), (fate.Fate, (int)fate.From.Frame!));
        Assert.Equal(Recovery.Timeout, fate.Recovery);
    }

    [Fact]
    public void Needless_retransmission_because_the_answer_came_too_soon()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001);
        c.Data(40, 1001, 500);
        var copy = c.Data(262, 1001, 500);
        c.Ack(263, 1501);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.RetransmittedNeedlessly, copy), (fate.Fate, (int)fate.From.Frame!));
    }

    [Fact]
    public void Needless_retransmission_by_timestamp_echo()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001, 20);
        c.Data(40, 1001, 500);
        var copy = c.Data(262, 1001, 500);
        c.Ack(275, 1501, 40);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.RetransmittedNeedlessly, copy), (fate.Fate, (int)fate.From.Frame!));
    }

    [Fact]
    public void The_last_segment_without_an_answer_is_unknown()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001, 20);
        c.Data(40, 1001, 500);

        var result = trace.Analyse();

        Assert.Empty(result.Of<SegmentFate>());
        LedgerRows.AreEqual(result, (Fate.Delivered, 1, 1000), (Fate.Unknown, 1, 500));
    }

    [Fact]
    public void Captured_ack_of_bytes_never_seen_is_capture_loss()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        c.Data(20.2, 2001, 1000);
        c.Ack(30, 3001, 20);

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal(Fate.NotCaptured, fate.Fate);
        Assert.Null(fate.DatagramLength);
        LedgerRows.AreEqual(result, (Fate.Delivered, 2, 2000), (Fate.NotCaptured, 1, 1000));
        Assert.Equal(3000, result.Of<TcpFlow>()[0].FromClient.UniqueBytes);
    }

    [Fact]
    public void Keep_alives_and_window_probes_are_no_losses()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, Rtt);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001, 20);
        c.Data(10_000, 1000, 0, flags: 16);
        c.Ack(10_010, 1001);
        c.Data(20_000, 1000, 1, flags: 16);
        c.Ack(20_010, 1001);
        c.Ack(20_020, 1001, window: 0);
        c.Data(21_000, 1001, 1, flags: 16);
        c.Ack(21_010, 1001, window: 0);
        c.Data(23_000, 1001, 1, flags: 16);
        c.Ack(23_010, 1001, window: 0);
        c.Ack(25_000, 1001, window: 400);
        c.Data(25_001, 1001, 1000);
        c.Ack(25_011, 2001);

        var result = trace.Analyse();

        Assert.Empty(result.Of<SegmentFate>());
        LedgerRows.AreEqual(result, (Fate.Delivered, 2, 2000));
        var summary = result.Of<CaptureSummary>()[0];
        Assert.Equal((2L, 2L), (summary.KeepAlives, summary.ZeroWindowProbes));
    }
}
