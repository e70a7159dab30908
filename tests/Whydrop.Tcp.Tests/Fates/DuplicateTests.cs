using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>The same datagram twice at one interface: the capture's doing, or the network's.</summary>
public class DuplicateTests
{
    [Fact]
    public void What_the_receiver_reports_twice_the_network_duplicated()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        var copy = c.Repeat(20.05, c.Last!);
        c.Ack(20.2, 101, 20);
        var report = c.Ack(20.3, 101, 20, sack: (1, 101));
        c.Data(30, 101, 100);
        c.Ack(30.2, 201, 30);

        var analysed = trace.Analyse();
        var fate = Assert.Single(analysed.Of<SegmentFate>());

        Assert.Equal((Fate.Duplicated, true, copy, report, 0L), (fate.Fate, fate.Proven, (int)fate.From.Frame!, (int)fate.ProvenBy!.Frame!, fate.StreamOffset));
        Assert.Equal(0, Assert.Single(analysed.Of<CaptureSummary>()).CopiedFrames);
        Assert.Equal((3L, 300L, 200L), (analysed.Of<TcpFlow>()[0].FromClient.Segments, analysed.Of<TcpFlow>()[0].FromClient.Bytes, analysed.Of<TcpFlow>()[0].FromClient.UniqueBytes));
        LedgerRows.AreEqual(analysed, (Fate.Delivered, 2, 200), (Fate.Duplicated, 1, 100));
    }

    [Fact]
    public void Without_a_report_it_is_a_copy()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Repeat(20.05, c.Last!);
        c.Ack(20.2, 101, 20);
        c.Repeat(20.25, c.Last!);
        c.Data(30, 101, 100);
        c.Ack(30.2, 201, 30);

        var analysed = trace.Analyse();

        Assert.Empty(analysed.Of<SegmentFate>());
        Assert.Equal(2, Assert.Single(analysed.Of<CaptureSummary>()).CopiedFrames);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_report_of_bytes_that_were_sent_twice_is_about_the_retransmission(bool atOnce)
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Repeat(20.05, c.Last!);
        c.Data(20.1, 101, 100);
        c.Data(240, 1, 100);
        if (!atOnce)
        {
            c.Ack(241, 201, 20);
        }

        c.Ack(241.2, 201, 20, sack: (1, 101));

        Assert.DoesNotContain(trace.Analyse().Of<SegmentFate>(), f => f.Fate == Fate.Duplicated);
    }

    [Fact]
    public void Segments_overtaken_on_the_way_are_reordered_and_none_is_lost()
    {
        var (trace, c) = Start();
        for (var i = 0; i < 40; i += 4)
        {
            c.Data(20 + i, 1 + (i * 100), 100, sentAt: 20 + i);
            c.Data(20.5 + i, 201 + (i * 100), 100, ipId: (ushort)(502 + i), sentAt: 20.2 + i);
            c.Ack(20.5 + i, 101 + (i * 100), 20 + i, sack: (201 + (i * 100), 301 + (i * 100)));
            c.Data(20.6 + i, 101 + (i * 100), 100, ipId: (ushort)(501 + i), sentAt: 20.1 + i);
            c.Data(20.7 + i, 301 + (i * 100), 100, ipId: (ushort)(503 + i), sentAt: 20.3 + i);
            c.Ack(20.8 + i, 401 + (i * 100), 20 + i);
        }

        var analysed = trace.Analyse();

        Assert.Equal(10, analysed.Of<SegmentFate>().Count);
        Assert.All(analysed.Of<SegmentFate>(), f => Assert.Equal(Fate.Reordered, f.Fate));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_an_Identification_what_nothing_made_the_sender_repeat_was_duplicated(bool acknowledged)
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: true);
        c.Handshake(0, 0.2);
        c.Data(20, 1, 100);
        c.Ack(20.05, 101, 20);
        c.Data(30, 101, 100);
        var first = c.Last!;
        if (acknowledged)
        {
            c.Ack(30.1, 201, 30);
        }

        var copy = c.Repeat(30.5, first);
        c.Ack(30.6, 201, 30);
        c.Data(40, 201, 100);
        c.Ack(40.2, 301, 40);

        var analysed = trace.Analyse();
        var fate = Assert.Single(analysed.Of<SegmentFate>());

        Assert.Equal((Fate.Duplicated, copy), (fate.Fate, (int)fate.From.Frame!));
        Assert.Equal(0, analysed.Of<TcpFlow>()[0].FromClient.Retransmissions);
        LedgerRows.AreEqual(analysed, (Fate.Delivered, 3, 300), (Fate.Duplicated, 1, 100));
    }

    [Fact]
    public void Without_an_Identification_what_the_receiver_missed_may_be_sent_again_within_a_tick()
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: true);
        c.Handshake(0, 0.2);
        c.Data(20, 1, 100);
        c.Ack(20.05, 101, 20);
        var overtaken = c.FromClient(101, 1, 100, 24) with { Timestamp = (100_030, 0) };
        c.Data(30.2, 201, 100);
        c.Ack(30.25, 101, 20, sack: (201, 301));
        c.Repeat(30.26, overtaken);
        c.Ack(30.3, 301, 30);
        c.Repeat(30.6, overtaken);
        c.Data(40, 301, 100);
        c.Ack(40.2, 401, 40);

        Assert.DoesNotContain(trace.Analyse().Of<SegmentFate>(), f => f.Fate == Fate.Duplicated);
    }

    private static (Trace Trace, Conversation Conversation) Start()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        return (trace, c);
    }
}
