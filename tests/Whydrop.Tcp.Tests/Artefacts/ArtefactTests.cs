using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Artefacts;

public class ArtefactTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(63)]
    public void Each_packet_captured_twice_is_no_retransmission(byte ttlOfCopies)
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0);
        for (var i = 0; i < 10; i++)
        {
            c.Data(20 + i, 1 + (i * 100), 100);
            c.Repeat(20.02 + i, c.Last! with { Ttl = ttlOfCopies });
            c.Ack(20.5 + i, 101 + (i * 100), 20 + i);
            c.Repeat(20.52 + i, c.Last! with { Ttl = ttlOfCopies });
        }

        var result = trace.Analyse();

        var summary = result.Of<CaptureSummary>()[0];
        Assert.Equal(20, summary.CopiedFrames);
        Assert.Equal(ttlOfCopies == 64 ? 0 : 20, summary.RoutedCopies);
        Assert.Empty(result.Of<TcpFlow>()[0].FromClient.Observations);
        Assert.Empty(result.Of<TcpFlow>()[0].FromServer.Observations);
        LedgerRows.AreEqual(result, (Fate.Delivered, 10, 1000));
    }

    [Fact]
    public void A_datagram_going_round_is_looped_and_no_retransmission()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0);
        c.Data(20, 1, 100);
        c.Ack(30, 101, 20);
        var first = c.Data(40, 101, 100, ttl: 64);
        var packet = c.Last!;
        for (var i = 1; i < 20; i++)
        {
            c.Repeat(40 + (i * 15), packet with { Ttl = (byte)(64 - (2 * i)) });
        }

        c.Ack(400, 201, 40);
        c.Data(410, 201, 50);
        c.Ack(420, 251, 410);

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal((Fate.Looped, (long?)first), (fate.Fate, fate.From.Frame));
        Assert.Equal(1, result.Of<CaptureSummary>()[0].LoopedDatagrams);
        Assert.Equal(0, result.Of<TcpFlow>()[0].FromClient.Retransmissions);
        LedgerRows.AreEqual(result, (Fate.Delivered, 2, 150), (Fate.Looped, 1, 100));
    }

    [Fact]
    public void A_genuine_retransmission_has_a_new_identification()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Handshake(0, 0.2);
        c.Data(20, 1, 100);
        c.Data(20.3, 1, 100);
        c.Ack(20.6, 101);

        var result = trace.Analyse();

        Assert.Equal(0, result.Of<CaptureSummary>()[0].CopiedFrames);
        Assert.Equal(1, result.Of<TcpFlow>()[0].FromClient.Retransmissions);
    }

    [Theory]
    [InlineData(20.0, 0)]
    [InlineData(20.2, 0)]
    [InlineData(null, 1)]
    public void Every_SYN_is_answered_by_a_SYN_ACK_however_soon_after_the_timer_sent_one(double? synAgain, int copies)
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        var syn = c.FromClient(0, 0, 0, 2) with { Mss = 1460, SackPermitted = true, Ack = 0, Timestamp = (100, 0) };
        var synAck = c.FromServer(0, 1, 0, 18) with { Mss = 1460, SackPermitted = true, Timestamp = (1000, 100) };
        c.Add(0, true, syn);
        c.Add(10, false, synAck with { Timestamp = (900, 100) }, ipId: 0);
        foreach (var (at, client) in new (double At, bool Client)[] { (20.1, false), (synAgain ?? 0, true), (20.4, false) }.Where(p => p.At > 0).OrderBy(p => p.At))
        {
            c.Add(at, client, client ? syn with { Timestamp = (120, 0) } : synAck, ipId: client ? null : (ushort)0);
        }

        c.ClientAck(20.6, 1);

        Assert.Equal(copies, trace.Analyse().Of<CaptureSummary>()[0].CopiedFrames);
    }

    [Fact]
    public void The_network_delivering_twice_is_duplicated()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0);
        c.Data(20, 1, 100);
        c.Repeat(23, c.Last!);
        c.Ack(30, 101, 20);
        c.Ack(33, 101, 20, sack: (1, 101));

        var result = trace.Analyse();

        Assert.Equal(Fate.Duplicated, Assert.Single(result.Of<SegmentFate>()).Fate);
    }

    [Fact]
    public void A_super_packet_counts_as_its_segments_and_its_loss_too()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0);
        c.Data(20, 1, (1448 * 5) + 100);
        c.Ack(30, (1448 * 2) + 1, 20);
        c.Ack(30.1, (1448 * 2) + 1, 20, sack: ((1448 * 3) + 1, (1448 * 5) + 101));
        c.Data(30.2, (1448 * 2) + 1, 1448);
        c.Ack(40.2, (1448 * 5) + 101, 30);
        c.Data(60, (1448 * 5) + 101, 10);
        c.Ack(70, (1448 * 5) + 111, 60);

        var result = trace.Analyse();

        var fate = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal((Fate.LostAfter, true, 1448, 1500), (fate.Fate, fate.Proven, fate.Length, fate.DatagramLength));
        var client = result.Of<TcpFlow>()[0].FromClient;
        Assert.Equal((8L, 1500, 1500), (client.Segments, client.LargestDatagram, client.LargestDelivered));
        Assert.Equal(1, result.Of<CaptureSummary>()[0].SuperPackets);
        LedgerRows.AreEqual(result, (Fate.Delivered, 7, (1448 * 5) + 110), (Fate.LostAfter, 1, 1448));
        Assert.Equal(
            [new SizeCount(62, true, 1, 0), new SizeCount(152, true, 1, 0), new SizeCount(1500, true, 5, 1)], result.Of<DatagramSizes>()[0].Sizes);
    }

    [Fact]
    public void Clock_steps_and_cut_frames_are_counted()
    {
        var trace = new Trace();
        trace.Add(100, new Packet { Length = 100 }.ToFrame(), captured: 60);
        trace.Add(90, new Packet { Seq = 100, Length = 100, IpId = 2 });

        var summary = trace.Analyse().Of<CaptureSummary>()[0];

        Assert.Equal((1L, 1L, 2L), (summary.CutFrames, summary.BackwardSteps, summary.TcpSegments));
    }

    [Fact]
    public void A_wrong_checksum_is_counted_and_is_not_taken_for_offload()
    {
        var trace = new Trace();
        trace.Add(0, new Packet { Length = 10 });
        trace.Add(1, new Packet { Seq = 10, Length = 10, IpId = 2, BadChecksum = true });

        var summary = trace.Analyse().Of<CaptureSummary>()[0];

        Assert.Equal((1L, false), (summary.BadChecksums, summary.BadChecksumsAreOutgoing));
    }
}
