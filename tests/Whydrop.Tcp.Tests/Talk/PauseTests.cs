using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Talk;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Talk;

/// <summary>Silences: which are kept, what was open, who broke them.</summary>
public class PauseTests
{
    [Fact]
    public void A_slow_answer_is_a_pause_of_the_server_ended_by_new_data()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(21, 101);
        var answer = c.ServerData(500, 1, 300, 101);
        c.ClientAck(501, 301, 101);

        var pause = Assert.Single(trace.Analyse().Of<Pause>());

        Assert.Equal((TimeSpan.FromMilliseconds(479), false, 0, true), (pause.Duration, pause.LastFromClient, pause.LastLength, pause.DataFromClient));
        Assert.Equal((0L, 0L, false, PauseEnd.NewData, answer), (pause.ClientOutstanding, pause.ServerOutstanding, pause.EndedFromClient, pause.EndedBy, (int)pause.EndFrame!.Frame!));
        Assert.Equal((500L * 128, 500L * 128), (pause.ClientWindow, pause.ServerWindow));
        Assert.Equal(5, pause.From.Frame);
    }

    [Fact]
    public void A_time_out_is_a_pause_with_bytes_outstanding_ended_by_retransmission()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Data(240, 1, 100);
        c.Ack(241, 101);

        var pause = Assert.Single(trace.Analyse().Of<Pause>());

        Assert.Equal((true, 100, true, 100L, PauseEnd.Retransmission), (pause.LastFromClient, pause.LastLength, pause.EndedFromClient, pause.ClientOutstanding, pause.EndedBy));
    }

    [Fact]
    public void Nothing_open_counts_from_a_second_on()
    {
        Assert.Empty(QuietFor(900).Of<Pause>());
        var pause = Assert.Single(QuietFor(1100).Of<Pause>());
        Assert.Equal((false, PauseEnd.NewData, true), (pause.DataFromClient, pause.EndedBy, pause.EndedFromClient));
    }

    [Fact]
    public void A_round_trip_is_no_pause()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 300);
        c.Data(301, 1, 100);
        c.Ack(601, 101, 301);
        c.ServerData(601, 1, 100, 101);
        c.ClientAck(602, 101, 101);

        Assert.Empty(trace.Analyse().Of<Pause>());
    }

    [Fact]
    public void A_silence_that_lasts_to_the_end_is_told()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        var other = new Conversation(trace) { Client = new(c.Client.Address, 40001) };
        other.Handshake(800, 10);

        var pause = Assert.Single(trace.Analyse().Of<Pause>());

        Assert.Equal((PauseEnd.EndOfCapture, null, 100L), (pause.EndedBy, pause.EndFrame, pause.ClientOutstanding));
        Assert.Equal(TimeSpan.FromMilliseconds(790.1), pause.Duration);
    }

    [Fact]
    public void After_the_end_of_a_connection_there_is_no_pause()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 0, flags: 17);
        c.ServerData(21, 1, 0, 2, flags: 17);
        c.ClientAck(22, 2, 2);
        c.ClientAck(5000, 2, 2);

        Assert.Empty(trace.Analyse().Of<Pause>());
    }

    [Fact]
    public void Resets_FINs_handshakes_probes_and_window_updates_have_their_names()
    {
        Assert.Equal(PauseEnd.Reset, Single(c => c.Add(9000, false, c.FromServer(1, 101, 0, 4))).EndedBy);
        Assert.Equal(PauseEnd.Fin, Single(c => c.Data(9000, 101, 0, flags: 17)).EndedBy);
        Assert.Equal(PauseEnd.Probe, Single(c => c.Data(9000, 100, 1, flags: 16)).EndedBy);
        Assert.Equal(PauseEnd.WindowUpdate, Single(c => c.Ack(9000, 101, window: 900)).EndedBy);

        var trace = new Trace();
        var again = new Conversation(trace);
        again.Add(0, true, again.FromClient(0, 0, 0, 2) with { Ack = 0 });
        again.Add(1000, true, again.FromClient(0, 0, 0, 2) with { Ack = 0 });
        Assert.Equal(PauseEnd.Handshake, Assert.Single(trace.Analyse().Of<Pause>()).EndedBy);
    }

    [Fact]
    public void A_closed_window_is_open_business()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(21, 101, window: 0);
        c.Ack(200, 101, window: 500);

        var pause = Assert.Single(trace.Analyse().Of<Pause>());
        Assert.Equal((0L, PauseEnd.WindowUpdate), (pause.ServerWindow!.Value, pause.EndedBy));
    }

    [Fact]
    public void Of_very_many_the_longest_are_kept_and_the_rest_is_said()
    {
        var (trace, c) = Start();
        var at = 20.0;
        for (var i = 0; i < 200; i++)
        {
            c.Data(at, 1 + (i * 10), 10);
            at += 40 + ((i * 37) % 200);
            c.Ack(at, 11 + (i * 10));
            at += 1;
        }

        var analysed = trace.Analyse();
        var pauses = analysed.Of<Pause>();

        Assert.Equal(PauseBook.MostOpen, pauses.Count);
        Assert.Equal(
            Enumerable.Range(0, 200).Select(i => 40 + ((i * 37) % 200)).OrderDescending().Take(PauseBook.MostOpen),
            pauses.Select(p => (int)Math.Round(p.Duration.TotalMilliseconds)).OrderDescending());
        Assert.Contains(analysed.Of<Gap>(), g => g.Kind == GapKind.Limited && g.Reason.Contains("152 pauses", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_spoke_is_known_when_the_frame_history_has_forgotten_it()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.ServerData(21, 1, 300, 101);
        c.ClientAck(22, 301, 101);
        var other = new Conversation(trace) { Client = new(c.Client.Address, 40001), Timestamps = false };
        for (var i = 0; i < (1 << 18) + 10; i++)
        {
            other.Data(30 + (i * 0.01), 1 + i, 1);
        }

        c.Data(5000, 101, 100, 301);
        var pause = trace.Analyse().Of<Pause>().First(p => p.Flow == 0);

        Assert.Equal((true, false, 0), (pause.LastFromClient, pause.DataFromClient, pause.LastLength));
    }

    private static Pause Single(Action<Conversation> breakSilence)
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(21, 101);
        breakSilence(c);
        return Assert.Single(trace.Analyse().Of<Pause>());
    }

    private static Analysed QuietFor(double milliseconds)
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.ServerData(25, 1, 300, 101);
        c.ClientAck(26, 301, 101);
        c.Data(26 + milliseconds, 101, 100, 301);
        c.Ack(27 + milliseconds, 201, seq: 301);
        return trace.Analyse();
    }

    private static (Trace Trace, Conversation Conversation) Start()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        return (trace, c);
    }
}
