using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Flows;

public class FlowTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_is_reported_with_what_its_handshake_said(bool ipv6)
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: ipv6);
        c.Handshake(0, 10);
        c.Data(20, 1, 500);
        c.ServerData(25, 1, 1000, ack: 501);
        c.ClientAck(30, 1001, 501);
        c.Data(40, 501, 0, ack: 1001, flags: 17);
        c.ServerData(45, 1001, 0, ack: 502, flags: 17);
        c.ClientAck(50, 1002, 502);

        var result = trace.Analyse();

        var flow = Assert.Single(result.Of<TcpFlow>());
        Assert.Equal(c.Client, flow.Client);
        Assert.Equal(c.Server, flow.Server);
        Assert.True(flow.Synchronised);
        Assert.Equal(TimeSpan.FromMilliseconds(10), flow.HandshakeRtt);
        Assert.Equal((1L, 500L, 500L, 0L), (flow.FromClient.Segments, flow.FromClient.Bytes, flow.FromClient.UniqueBytes, flow.FromClient.Retransmissions));
        Assert.Equal((1460, 7, true, true, 1000u), (flow.FromClient.Mss, flow.FromClient.WindowScale, flow.FromClient.SackPermitted, flow.FromClient.Timestamps, flow.FromClient.InitialSequence));
        Assert.Equal((1000, true, 64), ((int)flow.FromServer.Bytes, flow.FromServer.Fin, flow.FromServer.Ttl));
        Assert.Equal(TimeSpan.FromMilliseconds(5), flow.FromClient.MinRtt);
        Assert.Equal(FlowState.Closed, result.Analysis.Flow(0).State);
        Assert.Equal(9, flow.Frames);
        Assert.Equal(ipv6 ? 1072 : 1052, flow.FromServer.LargestDelivered);
    }

    [Fact]
    public void A_new_initial_sequence_number_on_known_ports_is_a_new_connection()
    {
        var trace = new Trace();
        new Conversation(trace).Handshake(0);
        new Conversation(trace, clientIsn: 777_000, serverIsn: 9).Handshake(1000);

        var result = trace.Analyse();

        Assert.Equal(2, result.Analysis.FlowCount);
        Assert.Equal(1, result.Of<TcpFlow>()[1].FromClient.Observations["PortReused"]);
        Assert.Empty(result.Of<TcpFlow>()[0].FromClient.Observations);
    }

    [Fact]
    public void Connections_agree_with_a_plain_dictionary()
    {
        var random = new Random(7);
        var trace = new Trace();
        var expected = new Dictionary<(string, int), (int Frames, long Bytes)>();
        var next = new Dictionary<(string, int), uint>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = ($"10.{random.Next(4)}.{random.Next(8)}.{random.Next(256)}", 1024 + random.Next(8));
            var length = random.Next(200);
            var seq = next.GetValueOrDefault(key, 1u);
            trace.Add(i, new Packet { From = new(IPAddress.Parse(key.Item1), key.Item2), Seq = seq, Length = length, Flags = 24, IpId = (ushort)(i + 1) });
            next[key] = seq + (uint)length;
            var (frames, bytes) = expected.GetValueOrDefault(key);
            expected[key] = (frames + 1, bytes + length);
        }

        var analysis = trace.Analyse(new TcpAnalysisOptions { MostCleanFlows = 10 }).Analysis;

        Assert.Equal(expected.Count, analysis.FlowCount);
        for (var i = 0; i < analysis.FlowCount; i++)
        {
            var flow = analysis.Flow(i);
            var (frames, bytes) = expected[(flow.Client.Address.ToString(), flow.Client.Port)];
            Assert.Equal((frames, bytes), ((int)flow.Frames, flow.FromClient.Bytes));
        }
    }

    [Fact]
    public void Lists_are_cut_and_say_so_while_totals_stay_exact()
    {
        var trace = new Trace();
        for (var i = 0; i < 50; i++)
        {
            new Conversation(trace) { Client = new(IPAddress.Parse("10.1.1.1"), 2000 + i) }.Handshake(i);
        }

        var result = trace.Analyse(new TcpAnalysisOptions { MostCleanFlows = 10 });

        Assert.Equal(10, result.Of<TcpFlow>().Count);
        Assert.Equal(50, result.Of<CaptureSummary>()[0].Flows);
        Assert.Equal(GapKind.Limited, Assert.Single(result.Of<Gap>()).Kind);
    }

    [Fact]
    public void A_capture_that_began_later_knows_no_handshake()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Data(0, 70_001, 500);
        c.Ack(10, 70_501);
        c.Data(20, 71_501, 500);
        c.Ack(30, 70_501, sack: (71_501, 72_001));

        var result = trace.Analyse();

        var flow = Assert.Single(result.Of<TcpFlow>());
        Assert.Null(flow.FromClient.InitialSequence);
        Assert.Null(flow.FromClient.SackPermitted);
        Assert.False(flow.Synchronised);
        Assert.Equal((1, 1), (result.Of<CaptureSummary>()[0].MidFlowFlows, result.Of<CaptureSummary>()[0].TwoSidedFlows));
        Assert.Contains(result.Of<SegmentFate>(), f => f is { Fate: Fate.LostBefore, StreamOffset: 500, Length: 1000 });
    }

    [Fact]
    public void One_direction_alone_decides_nothing()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        for (var i = 0; i < 10; i++)
        {
            c.Data(i * 10, 1 + (i * 1000), 1000);
        }

        c.Data(500, 5001, 1000);

        var result = trace.Analyse();

        Assert.Equal((1, 0), (result.Of<CaptureSummary>()[0].OneSidedFlows, result.Of<CaptureSummary>()[0].TwoSidedFlows));
        Assert.Equal((11L, 11_000L, 10_000L), result.Of<FateTally>().Where(t => t.Fate == Fate.Unknown).Select(t => (t.Segments, t.Bytes, t.UniqueBytes)).Single());
        Assert.Empty(result.Of<SegmentFate>());
        Assert.Equal(1, result.Of<TcpFlow>()[0].FromClient.Retransmissions);
    }

    [Fact]
    public void Silent_and_refused_connections_have_their_state()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        for (var at = 0; at < 4; at++)
        {
            c.Add(1000 * at, true, c.FromClient(0, -5000, 0, 2) with { Mss = 1460 });
        }

        var refused = new Conversation(trace) { Client = new(IPAddress.Parse("10.0.0.9"), 5) };
        refused.Add(0, true, refused.FromClient(0, -5000, 0, 2));
        refused.Add(1, false, refused.FromServer(-5000, 1, 0, 20));

        var result = trace.Analyse();

        Assert.Equal(FlowState.SynOnly, result.Analysis.Flow(0).State);
        Assert.Equal(3, result.Of<TcpFlow>()[0].FromClient.Observations["SynRetry"]);
        Assert.Equal(FlowState.Reset, result.Analysis.Flow(1).State);
        Assert.Equal(6L, result.Of<TcpFlow>()[1].FromServer.ResetFrame!.Frame);
    }
}
