using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>Sequence numbers that jump: a hole is a loss only when the receiver showed it or its bytes came later, and only where there can be bytes.</summary>
public class JumpTests
{
    [Fact]
    public void A_reset_that_answers_a_stray_acknowledgment_is_no_progress_of_the_stream()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Add(0, true, c.FromClient(0, -5000, 0, 2) with { Mss = 1460, WindowScale = 7 });
        c.Add(10, false, c.FromServer(-700_000, 2_094_168_063, 0, 16));
        c.Add(10.1, true, c.FromClient(2_094_168_063, -700_000, 0, 4) with { Window = 0 });
        c.Handshake(3000, 10);
        c.Data(3020, 1, 195);
        c.Ack(3030, 196, 3020);
        c.Data(3040, 196, 100);
        c.Ack(3050, 296, 3040);

        LedgerRows.AreEqual(trace.Analyse(), (Fate.Delivered, 2, 295));
    }

    [Fact]
    public void A_jump_beyond_the_receivers_window_is_no_hole()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { WindowScale = null, Window = 16000 };
        c.Handshake(0, 10);
        c.Data(20, 1, 100);
        c.Data(20.1, 900_001, 48);
        c.Ack(30, 101, 20);
        c.Data(40, 101, 100);
        c.Ack(50, 201, 40);
        c.Data(60, 201, 100);
        c.Ack(70, 301, 60);

        // The stray segment itself was never answered.
        LedgerRows.AreEqual(trace.Analyse(), (Fate.Delivered, 3, 300), (Fate.Unknown, 1, 48));
    }

    [Fact]
    public void An_acknowledgment_of_what_nobody_may_have_sent_is_not_believed()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { WindowScale = null, Window = 16000 };
        c.Handshake(0, 10);
        c.Data(20, 1, 100);
        c.Ack(30, 101, 20);
        c.Ack(31, 700_000_001);
        c.Ack(32, 101, 20);
        c.Data(40, 101, 100);
        c.Ack(50, 201, 40);

        Assert.DoesNotContain(trace.Analyse().Of<FateTally>(), t => t.Fate is Fate.NotCaptured or Fate.LostBefore or Fate.LostAfter);
    }

    [Fact]
    public void A_capture_that_missed_much_of_both_directions_says_so_once_both_agree()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { WindowScale = null, Window = 16000 };
        c.Handshake(0, 10);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001, 20);
        c.Data(5000, 1_448_001, 1000);
        c.Ack(5010, 1_449_001, 5000);

        LedgerRows.AreEqual(trace.Analyse(), (Fate.Delivered, 2, 2000), (Fate.NotCaptured, 1000, 1_447_000));
    }

    [Fact]
    public void A_hole_nobody_spoke_of_is_nothing_that_was_seen_here()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        c.Data(20, 1, 1000);
        c.Ack(30, 1001, 20);
        c.Data(40, 2001, 1000);

        LedgerRows.AreEqual(trace.Analyse(), (Fate.Delivered, 1, 1000), (Fate.Unknown, 1, 1000), (Fate.NotCaptured, 1, 1000));
    }

    [Theory]
    [InlineData(false, 1448)]
    [InlineData(true, 1428)]
    public void A_hole_counts_as_segments_of_the_usual_size_and_each_is_told(bool ipv6, int full)
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: ipv6) { Mss = ipv6 ? 1440 : 1460 };
        c.Handshake(0, 10);
        c.Data(20, 1, 4);
        c.Data(20.1, 5 + (2 * full), full);
        c.Ack(20.2, 5, 20, sack: (5 + (2 * full), 5 + (3 * full)));
        c.Data(60, 5, full);
        c.Data(60.1, 5 + full, full);
        c.Ack(60.2, 5 + (3 * full), 60);

        var result = trace.Analyse();

        var lost = result.Of<SegmentFate>();
        Assert.All(lost, f => Assert.Equal((Fate.LostBefore, full), (f.Fate, f.Length)));
        Assert.Equal(2, lost.Count);
        Assert.Equal(2, result.Of<FateTally>().Single(t => t.Fate == Fate.LostBefore).Segments);
    }

    [Fact]
    public void A_fin_that_was_not_seen_is_no_byte()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        c.Data(20, 1, 100);
        c.Ack(30, 101, 20);
        c.ServerData(40, 1, 500, ack: 102);
        c.Add(40.1, true, c.FromClient(102, 501, 0, 16));
        c.ServerData(50, 2001, 500, ack: 102);
        c.Add(50.1, true, c.FromClient(102, 501, 0, 16));
        c.ServerData(51, 501, 1500, ack: 102);
        c.Add(55, true, c.FromClient(102, 2501, 0, 16));

        var bytes = trace.Analyse().Of<FateTally>().Where(t => t.Fate is not Fate.LostBefore).Sum(t => t.Bytes);
        Assert.Equal(2600, bytes);
    }

    [Fact]
    public void A_capture_that_begins_amid_a_recovery_blames_nobody_for_what_was_sent_before_it()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Data(0, 20_001, 1000);
        c.Ack(0.1, 1, sack: (20_001, 21_001));
        c.Data(10, 1, 1000);
        c.Data(10.1, 1001, 1000);
        c.Ack(10.2, 2001, 10, sack: (20_001, 21_001));
        c.Data(20, 21_001, 1000);
        c.Ack(20.1, 22_001, 20);
        c.Data(30, 22_001, 1000);
        c.Ack(30.1, 23_001, 30);

        LedgerRows.AreEqual(trace.Analyse(), (Fate.Delivered, 5, 5000));
    }

    [Theory]
    [InlineData(0.2, 0)]
    [InlineData(5000.0, 1)]
    public void What_was_on_its_way_when_the_capture_began_was_not_lost_before_it(double first, int lost)
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Ack(0, 1);
        c.Data(first, 1001, 1000);
        c.Ack(first + 1, 1, first, sack: (1001, 2001));
        c.Data(first + 2, 1, 1000);
        c.Ack(first + 3, 2001, first + 2);
        c.Data(first + 10, 2001, 1000);
        c.Ack(first + 11, 3001, first + 10);

        Assert.Equal(lost, trace.Analyse().Of<SegmentFate>().Count(f => f.Fate == Fate.LostBefore));
    }

    [Fact]
    public void A_tail_that_was_lost_when_the_capture_began_was_not_lost_before_it()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Data(0, 1, 1000);
        c.Ack(0.1, 3001, sack: (1, 1001));
        c.Data(5, 4001, 1000);
        c.Ack(5.1, 3001, 5, sack: (4001, 5001));
        c.Data(80, 3001, 1000);
        c.Ack(80.1, 5001, 80);
        c.Data(90, 5001, 1000);
        c.Ack(90.1, 6001, 90);

        Assert.DoesNotContain(trace.Analyse().Of<SegmentFate>(), f => f.Fate == Fate.LostBefore);
    }
}
