using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>The receiver's echo decides which transmission arrived (RFC 7323, RFC 3522); time only where it cannot be otherwise.</summary>
public class WhichCopyArrived
{
    [Fact]
    public void A_retransmission_that_is_echoed_was_needed_however_soon_the_answer_came()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 50);
        c.Data(100, 1, 1000);
        c.Ack(150, 1001, 100);
        var lost = c.Data(200, 1001, 500);
        c.Data(500, 1001, 500);
        c.Ack(501, 1501, 500);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.LostAfter, true, (long?)lost), (fate.Fate, fate.Proven, fate.From.Frame));
    }

    [Fact]
    public void An_original_that_is_echoed_makes_the_retransmission_needless_however_late()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 50);
        c.Data(200, 1, 500);
        var copy = c.Data(500, 1, 500);
        c.Ack(900, 501, 200);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.RetransmittedNeedlessly, true, (long?)copy), (fate.Fate, fate.Proven, fate.From.Frame));
    }

    [Fact]
    public void Repetitions_that_no_report_names_although_the_original_is_echoed_are_lost()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 50);
        c.Data(200, 1, 500);
        int[] copies = [c.Data(500, 1, 500), c.Data(1100, 1, 500)];
        c.Ack(1900, 501, 200);

        var fates = trace.Analyse().Of<SegmentFate>();

        Assert.Equal(copies.Select(f => (Fate.LostAfter, false, (long?)f)), fates.Select(f => (f.Fate, f.Proven, f.From.Frame)));
        Assert.All(fates, f => Assert.False(f.NeverDelivered));
    }

    [Theory]
    [InlineData(1910)]
    [InlineData(3500)]
    public void A_report_that_comes_late_takes_back_that_a_repetition_was_lost(double reported)
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 50);
        c.Data(200, 1, 500);
        c.Data(500, 1, 500);
        c.Data(1100, 1, 500);
        c.Ack(1900, 501, 200);
        c.Data(3400, 501, 500);
        c.Ack(reported, 501, 500, sack: (1, 501));
        c.Ack(reported + 1, 501, 1100, sack: (1, 501));

        var analysed = trace.Analyse();

        Assert.Equal(2, analysed.Of<SegmentFate>().Count(f => f is { Fate: Fate.RetransmittedNeedlessly, Proven: true }));
        Assert.DoesNotContain(analysed.Of<SegmentFate>(), f => f.Fate == Fate.LostAfter);
        Assert.Equal(0, analysed.Of<FateTally>().Where(t => t.Fate == Fate.LostAfter).Sum(t => t.Segments));
    }

    [Fact]
    public void Round_trips_that_may_contain_a_delayed_acknowledgment_do_not_make_an_answer_too_soon()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Data(0, 1, 1000);
        c.Ack(41, 1001);
        c.Data(100, 1001, 500);
        c.Data(400, 1001, 500);
        c.Ack(401, 1501);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.LostAfter, false), (fate.Fate, fate.Proven));
    }

    [Fact]
    public void An_answer_that_is_too_soon_for_the_original_as_well_tells_them_not_apart()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 4);
        c.Data(10, 1, 4);
        var lost = c.Data(10.5, 5, 1398);
        c.Data(10.6, 5, 1398);
        c.Ack(10.8, 1403, 10);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.LostAfter, false, (long?)lost), (fate.Fate, fate.Proven, fate.From.Frame));
    }

    [Fact]
    public void Without_sack_an_echo_of_the_retransmission_is_no_proof()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Data(0, 1, 1000);
        c.Ack(10, 1001, 1);
        c.Data(100, 1001, 500);
        c.Data(250, 1001, 500);
        c.Ack(260, 1501, 250);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.LostAfter, false), (fate.Fate, fate.Proven));
    }

    [Fact]
    public void Two_copies_with_one_timestamp_are_told_apart_by_a_dsack_only()
    {
        foreach (var dsack in new[] { false, true })
        {
            var trace = new Trace();
            var c = new Conversation(trace);
            c.Handshake(0, 4);
            c.Data(200.1, 1, 500);
            c.Data(200.7, 1, 500);
            c.Ack(205, 501, 200.1);
            if (dsack)
            {
                c.Ack(205.5, 501, 200.7, sack: (1, 501));
            }

            c.Data(300, 501, 10);
            c.Ack(305, 511, 300);

            var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());
            Assert.Equal((dsack ? Fate.RetransmittedNeedlessly : Fate.LostAfter, dsack), (fate.Fate, fate.Proven));
        }
    }
}
