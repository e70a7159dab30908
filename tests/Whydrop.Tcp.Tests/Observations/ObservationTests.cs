using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Observations;

/// <summary>Each observation under Wireshark's conditions, and its neighbours that must not be made.</summary>
public class ObservationTests
{
    [Fact]
    public void Fast_retransmission_needs_two_duplicates_within_twenty_milliseconds()
    {
        Assert.Equal((1L, 1L, 0L), Retransmissions(ackedAt: 30, againAt: 40));
        Assert.Equal((0L, 1L, 0L), Retransmissions(ackedAt: 30, againAt: 60));
    }

    [Fact]
    public void Spurious_when_all_was_acknowledged()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101, 20);
        c.Data(250, 1, 100);

        Assert.Equal(1, Client(trace)["SpuriousRetransmission"]);
        Assert.Equal(1, Client(trace)["Retransmission"]);
    }

    [Fact]
    public void Out_of_order_within_the_initial_round_trip_else_retransmission()
    {
        foreach (var (delay, name) in new[] { (5.0, "OutOfOrder"), (15.0, "Retransmission") })
        {
            var (trace, c) = Start();
            c.Data(20, 101, 100);
            c.Data(20 + delay, 1, 100);
            var client = Client(trace);
            Assert.Equal(1, client["PreviousSegmentNotCaptured"]);
            Assert.Equal(1, client[name]);
        }
    }

    [Fact]
    public void Zero_window_its_probe_and_the_answer()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101, window: 0);
        c.Data(240, 101, 1, flags: 16);
        c.Ack(250, 101, window: 0);
        c.Ack(300, 101, window: 500);

        Assert.Equal(1, Client(trace)["ZeroWindowProbe"]);
        var server = trace.Analyse().Of<TcpFlow>()[0].FromServer.Observations;
        Assert.Equal((2L, 1L, 1L), (server["ZeroWindow"], server["ZeroWindowProbeAck"], server["WindowUpdate"]));
        Assert.Equal(TimeSpan.FromMilliseconds(270), trace.Analyse().Analysis.Flow(0).FromServer.ZeroWindowTime);
    }

    [Fact]
    public void Window_full_at_the_scaled_edge()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101, window: 1);
        c.Data(40, 101, 128);

        Assert.Equal(1, Client(trace)["WindowFull"]);
    }

    [Fact]
    public void Window_without_room_for_another_full_segment()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 1460);
        c.Ack(30, 1461, window: 23);
        c.Data(40, 1461, 1460);
        c.Ack(50, 2921, window: 20);
        c.Data(60, 2921, 1400);
        Assert.DoesNotContain("WindowLimited", Client(trace));

        c.Ack(70, 4321, window: 20);
        c.Data(80, 4321, 1460);

        Assert.Equal(1, Client(trace)["WindowLimited"]);
        Assert.DoesNotContain("WindowFull", Client(trace));
    }

    [Fact]
    public void Keep_alive_and_its_answer_are_neither_duplicate_nor_retransmission()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101);
        c.Data(9000, 100, 1, flags: 16);
        c.Ack(9010, 101);

        Assert.Equal(["KeepAlive"], Client(trace).Keys);
        Assert.Equal(["KeepAliveAck"], trace.Analyse().Of<TcpFlow>()[0].FromServer.Observations.Keys);
    }

    [Fact]
    public void Sequence_numbers_wrap()
    {
        var trace = new Trace();
        var c = new Conversation(trace, clientIsn: uint.MaxValue - 150);
        c.Handshake(0, 10);
        for (var i = 0; i < 5; i++)
        {
            c.Data(20 + i, 1 + (i * 100), 100);
            c.Ack(30 + i, 101 + (i * 100), 20 + i);
        }

        var flow = trace.Analyse().Of<TcpFlow>()[0];

        Assert.Empty(flow.FromClient.Observations);
        Assert.Equal(500, flow.FromClient.UniqueBytes);
    }

    private static (long Fast, long All, long Ooo) Retransmissions(double ackedAt, double againAt)
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Data(20.1, 101, 100);
        c.Data(20.2, 201, 100);
        c.Data(20.3, 301, 100);
        c.Ack(ackedAt - 1, 101, 20);
        c.Ack(ackedAt - 0.5, 101, 20);
        c.Ack(ackedAt, 101, 20);
        c.Data(againAt, 101, 100);
        var client = Client(trace);
        return (client.GetValueOrDefault("FastRetransmission"), client.GetValueOrDefault("Retransmission"), client.GetValueOrDefault("OutOfOrder"));
    }

    private static (Trace Trace, Conversation Conversation) Start()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        return (trace, c);
    }

    private static IReadOnlyDictionary<string, long> Client(Trace trace) => trace.Analyse().Of<TcpFlow>()[0].FromClient.Observations;
}
