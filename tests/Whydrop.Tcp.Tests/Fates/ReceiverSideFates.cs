using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>Seen near the receiver: a segment lost on the way was never captured; a gap, duplicate ACKs and the retransmission are.</summary>
public class ReceiverSideFates
{
    [Fact]
    public void Gap_with_duplicate_acks_filled_by_a_later_datagram_is_lost_before()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 0.1);
        c.Data(20, 1, 1000);
        c.Ack(20.05, 1001, 20);
        var jump = c.Data(20.2, 2001, 1000, ipId: 103);
        var sack = c.Ack(20.25, 1001, 20, sack: (2001, 3001));
        c.Data(20.3, 3001, 1000, ipId: 104);
        c.Ack(20.35, 1001, 20, sack: (2001, 4001));
        c.Data(30, 1001, 1000, ipId: 105);
        c.Ack(30.05, 4001, 30);

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal((Fate.LostBefore, true), (fate.Fate, fate.Proven));
        Assert.Equal((long?)sack, fate.ProvenBy!.Frame);
        Assert.Equal((long?)jump, fate.From.Frame);
        Assert.Null(fate.DatagramLength);
        Assert.Null(fate.DontFragment);
        Assert.Equal(1000, fate.Length);
        LedgerRows.AreEqual(result, (Fate.Delivered, 4, 4000), (Fate.LostBefore, 1, 1000));
        Assert.Equal(4000, result.Of<TcpFlow>()[0].FromClient.UniqueBytes);
        Assert.Equal(1, result.Of<TcpFlow>()[0].FromClient.Retransmissions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Overtaken_segment_is_reordered_and_not_lost(bool timestamps)
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = timestamps };
        c.Handshake(0, 10);
        c.Data(20, 1, 1000);
        c.Data(20.1, 2001, 1000, ipId: 105, sentAt: 25);
        c.Ack(20.2, 1001, sack: (2001, 3001));
        c.Data(20.5, 1001, 1000, ipId: 104, sentAt: 20);
        c.Ack(20.6, 3001);

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal(Fate.Reordered, fate.Fate);
        LedgerRows.AreEqual(result, (Fate.Delivered, 2, 2000), (Fate.Reordered, 1, 1000));
    }

    [Theory]
    [InlineData(20, true, Fate.Reordered)]
    [InlineData(31, true, Fate.LostBefore)]
    [InlineData(20, false, Fate.LostBefore)]
    public void Without_identification_and_within_one_tick_the_echo_tells_whether_the_sender_knew_of_the_hole(double echo, bool allHeard, Fate expected)
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: true);
        c.Handshake(0, 10);
        c.ServerData(19, 1, 500);
        c.Data(30, 1, 1000, ack: allHeard ? 501 : 1, echo: 20);
        c.Data(30.1, 2001, 1000, ack: allHeard ? 501 : 1, echo: 20, sentAt: 30);
        c.Ack(31.1, 1001, 30, seq: 501, sack: (2001, 3001));
        c.Data(35, 1001, 1000, ack: 501, echo: echo, sentAt: 30);
        c.Ack(36, 3001, 30, seq: 501);

        Assert.Equal(expected, Assert.Single(trace.Analyse().Of<SegmentFate>()).Fate);
    }

    [Theory]
    [InlineData(4000, 20.1, true, Fate.LostBefore)] // What its sender had sent never came, and the receiver still waits for it.
    [InlineData(4000, 20.1, false, Fate.NotCaptured)] // Nobody says so.
    [InlineData(10, 20.1, true, null)] // Its clock is not that of the sender.
    [InlineData(4000, 7, true, null)] // It echoes what the other end never said.
    public void A_reset_numbered_behind_what_came_by_tells_what_did_not(double clock, double echo, bool challenged, Fate? expected)
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 0.1);
        c.Data(20, 1, 1000);
        c.Ack(20.1, 1001, 20);
        for (var again = 0; again < 3; again++)
        {
            // Whoever ends it has sent no more: later numbers tell of nothing.
            c.Add(4000, true, c.FromClient(4345 + (100 * again), 1, 0, 20) with { Timestamp = ((uint)(100_000 + clock), (uint)(100_000 + echo)) });
        }

        if (challenged)
        {
            c.Ack(4000.1, 1001, 20);
        }

        var fates = trace.Analyse().Of<SegmentFate>();

        Assert.Equal(expected is { } fate ? [fate] : [], fates.Select(f => f.Fate).Distinct());
        Assert.Equal(expected is null ? 0 : 3344, fates.Sum(f => f.Length));
    }

    [Fact]
    public void A_hole_never_filled_but_shown_by_the_receiver_is_lost_before()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 0.1);
        c.Data(20, 1, 1000);
        c.Ack(20.05, 1001, 20);
        c.Data(20.2, 2001, 1000);
        c.Ack(20.25, 1001, 20, sack: (2001, 3001));
        c.Data(900, 3001, 10);
        c.Ack(900.1, 1001, 20, sack: (2001, 3011));

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.Equal((Fate.LostBefore, true, true), (fate.Fate, fate.Proven, fate.NeverDelivered));
    }

    [Fact]
    public void Losses_of_both_directions_are_kept_apart()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        c.Data(20, 1, 100);
        c.ServerData(30, 1, 1000, ack: 101);
        c.ServerData(30.2, 2001, 1000, ack: 101);
        c.ClientAck(40, 1001, 101);
        c.Add(40.1, true, c.FromClient(101, 1001, 0, 16) with { Timestamp = (100_040, 0), Sack = [(5000 + 2001, 5000 + 3001)] });
        c.ServerData(80, 1001, 1000, ack: 101);
        c.ClientAck(90, 3001, 101);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());

        Assert.False(fate.FromClient);
        Assert.Equal(Fate.LostBefore, fate.Fate);
    }
}
