using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>A segment is held back for longer than its repetition takes: the repetition comes first, then the original, which nobody lost.</summary>
public class LateOriginals
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Near_the_sender_a_dsack_takes_back_what_was_held_for_lost(bool idle)
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        c.Data(20, 1, 1000);
        c.Data(21, 1001, 1000);
        c.Data(22, 2001, 1000);
        c.Ack(30, 1001, 20);
        c.Ack(32, 1001, 20, sack: (2001, 3001));
        var repeat = c.Data(33, 1001, 1000);
        c.Ack(43, 3001, 33);
        c.Data(50, 3001, 1000);
        c.Ack(60, 4001, 50);
        if (!idle)
        {
            c.Data(61, 4001, 1000);
            c.Data(62, 5001, 1000);
        }

        var report = c.Ack(64, 4001, 50, sack: (1001, 2001));

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>(), f => f.Sequence == 1000 + 1001);
        Assert.Equal((Fate.RetransmittedNeedlessly, true, (long?)report, (long?)repeat), (fate.Fate, fate.Proven, fate.ProvenBy!.Frame, fate.From.Frame));
        Assert.Equal((2, 33.0), (fate.Transmission, Math.Round((fate.Sent - result.Of<CaptureSummary>()[0].First)!.Value.TotalMilliseconds)));
        Assert.DoesNotContain(result.Of<FateTally>(), t => t.Fate == Fate.LostAfter);
        Assert.DoesNotContain(result.Of<DatagramSizes>().SelectMany(s => s.Sizes), s => s.Lost > 0);
        Assert.Equal(0, result.Of<LoadTimeline>().SelectMany(t => t.Bins).Sum(b => b.LostSegments + b.LostBytes));
    }

    [Fact]
    public void A_dsack_for_a_second_repetition_takes_nothing_back()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        c.Data(21, 1, 1000);
        c.Data(22, 1001, 1000);
        c.Ack(32, 1, 20, sack: (1001, 2001));
        c.Data(33, 1, 1000);
        c.Ack(43, 2001, 33);
        c.Data(50, 2001, 1000);
        c.Ack(60, 3001, 50);
        c.Data(61, 1, 1000);
        c.Ack(71, 3001, 50, sack: (1, 1001));

        var fates = trace.Analyse().Of<SegmentFate>();

        Assert.Equal([Fate.LostAfter, Fate.RetransmittedNeedlessly], fates.Select(f => f.Fate).Order());
    }

    [Theory]
    [InlineData(true, 20.1)]
    [InlineData(true, 20.9)]
    [InlineData(false, 20.1)]
    [InlineData(false, 21)]
    public void Near_the_receiver_the_original_behind_its_repetition_was_overtaken(bool decided, double sentAt)
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: true);
        c.Handshake(0, 0.1);
        c.Data(20, 1, 1000, sentAt: 20);
        c.Ack(20.05, 1001, 20);
        c.Data(21.2, 2001, 1000, sentAt: 21);
        c.Ack(21.25, 1001, 20, sack: (2001, 3001));
        var repeat = c.Data(25, 1001, 1000, sentAt: 24);
        c.Ack(25.05, 3001, 24);
        if (decided)
        {
            c.Data(25.2, 3001, 1000);
            c.Ack(25.25, 4001, 25.2);
        }

        var late = c.Data(36, 1001, 1000, sentAt: sentAt);
        c.Ack(36.05, decided ? 4001 : 3001, 24, sack: (1001, 2001));
        c.Data(37, decided ? 4001 : 3001, 1000);
        c.Ack(37.05, decided ? 5001 : 4001, 37);

        var result = trace.Analyse();

        Assert.Equal(
            [(Fate.Reordered, (long?)late, 1), (Fate.RetransmittedNeedlessly, repeat, 2)],
            result.Of<SegmentFate>().OrderBy(f => f.Fate).Select(f => (f.Fate, f.From.Frame, f.Transmission)));
        Assert.All(result.Of<SegmentFate>(), f => Assert.True(f.Proven));
        var distinct = decided ? 5000 : 4000;
        LedgerRows.AreEqual(result, (Fate.Delivered, (distinct / 1000) - 1, distinct - 1000), (Fate.Reordered, 1, 1000), (Fate.RetransmittedNeedlessly, 1, 1000));
        Assert.Equal(distinct, result.Of<FateTally>().Sum(t => t.UniqueBytes));
    }

    [Fact]
    public void A_second_repetition_is_no_original()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 0.1);
        c.Data(20, 1, 1000);
        c.Ack(20.05, 1001, 20);
        c.Data(21.2, 2001, 1000, ipId: 103);
        c.Ack(21.25, 1001, 20, sack: (2001, 3001));
        c.Data(25, 1001, 1000, ipId: 104);
        c.Ack(25.05, 3001, 25);
        c.Data(25.2, 3001, 1000, ipId: 106);
        c.Ack(25.25, 4001, 25.2);
        c.Data(36, 1001, 1000, ipId: 105, sentAt: 24);
        c.Ack(36.05, 4001, 25.2, sack: (1001, 2001));

        var fates = trace.Analyse().Of<SegmentFate>();

        Assert.Equal([Fate.LostBefore, Fate.RetransmittedNeedlessly], fates.Select(f => f.Fate).Order());
    }
}
