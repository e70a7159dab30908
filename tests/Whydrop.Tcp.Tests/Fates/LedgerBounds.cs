using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>What the totals promise: every distinct byte has one end, and limits are told.</summary>
public class LedgerBounds
{
    [Fact]
    public void A_byte_that_was_lost_and_came_later_is_a_delivered_byte()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        c.Data(20, 1, 1000);
        c.Data(20.1, 1001, 1000);
        c.Data(20.2, 2001, 1000);
        c.Ack(30, 1001, 20);
        c.Ack(30.1, 1001, 20, sack: (2001, 3001));
        c.Data(31, 1001, 1000);
        c.Ack(41, 3001, 31);
        c.Data(300, 3001, 700);

        var rows = trace.Analyse().Of<FateTally>().ToDictionary(t => t.Fate, t => (t.Bytes, t.UniqueBytes));

        Assert.Equal((3000, 3000), rows[Fate.Delivered]);
        Assert.Equal((1000, 0), rows[Fate.LostAfter]);
        Assert.Equal((700, 700), rows[Fate.Unknown]);
    }

    [Fact]
    public void Repeats_from_before_the_receiver_was_heard_are_one_byte_each()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Data(0, 1, 1000);
        c.Data(300, 1, 1000);
        c.Data(301, 1001, 1000);
        c.Ack(310, 2001, 300);
        c.Data(320, 2001, 10);
        c.Ack(330, 2011, 320);

        var tallies = trace.Analyse().Of<FateTally>();

        Assert.Equal(2010, tallies.Sum(t => t.UniqueBytes));
        Assert.Equal(3010, tallies.Sum(t => t.Bytes));
    }

    [Fact]
    public void Too_many_open_segments_are_given_up_and_that_is_told()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Window = ushort.MaxValue };
        c.Handshake(0, 10);
        c.Data(20, 101, 100);
        for (var i = 0; i < 5000; i++)
        {
            c.Data(21 + (i * 0.001), 201 + (i * 100), 100);
        }

        var result = trace.Analyse();

        var gap = Assert.Single(result.Of<Gap>());
        Assert.Equal(GapKind.Limited, gap.Kind);
        Assert.Contains("4096", gap.Reason, StringComparison.Ordinal);
        Assert.Equal(5001 * 100 + 100, result.Of<FateTally>().Sum(t => t.Bytes));
    }
}
