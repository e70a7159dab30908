using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Talk;

/// <summary>Openings and ends of connections: plain ones leave nothing, others are told with every attempt.</summary>
public class ControlSegmentTests
{
    private const byte Fin = 17;

    [Fact]
    public void A_plain_connection_leaves_nothing()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101);
        Close(c, 40, clientSeq: 101);

        Assert.Empty(trace.Analyse().Of<ControlSegment>());
    }

    [Fact]
    public void A_connection_that_the_capture_cuts_off_leaves_nothing()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);

        Assert.Empty(trace.Analyse().Of<ControlSegment>());
    }

    [Fact]
    public void A_single_SYN_without_answer_is_told_at_the_end()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Add(0, true, Syn(c) with { Flags = 2 | 0x40 | 0x80, Ttl = 63 }, ipId: 77);

        var syn = Assert.Single(trace.Analyse().Of<ControlSegment>());

        Assert.Equal((ControlKind.Syn, true, 1, false), (syn.Kind, syn.FromClient, syn.Transmission, syn.Answered));
        Assert.Equal((63, 77, 64000, true), (syn.Ttl, syn.IpId, syn.Window, syn.EcnSetup));
        Assert.Null(syn.UsualTtl);
        Assert.Equal(1, syn.From.Frame);
        Assert.Equal(1000u, syn.Sequence);
    }

    [Fact]
    public void Each_SYN_of_a_ladder_is_told_and_the_last_was_answered()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Add(0, true, Syn(c));
        c.Add(1000, true, Syn(c));
        c.Add(3000, true, Syn(c));
        c.Add(3010, false, SynAck(c));
        c.ClientAck(3011, 1);

        var told = trace.Analyse().Of<ControlSegment>();

        Assert.Equal(
            [(ControlKind.Syn, 1, false), (ControlKind.Syn, 2, false), (ControlKind.Syn, 3, true), (ControlKind.SynAck, 1, true)],
            told.Select(t => (t.Kind, t.Transmission, t.Answered!.Value)));
        Assert.Equal(TimeSpan.FromSeconds(3), told[2].Seen - told[0].Seen);
    }

    [Fact]
    public void The_timestamp_says_which_SYN_was_answered()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Add(0, true, Syn(c) with { Timestamp = (500, 0) });
        c.Add(1000, true, Syn(c) with { Timestamp = (1500, 0) });
        c.Add(1001, false, SynAck(c) with { Timestamp = (9, 500) });
        c.ClientAck(1002, 1);

        Assert.True(trace.Analyse().Of<ControlSegment>()[0].Answered);
    }

    [Fact]
    public void A_refused_SYN_is_told_with_the_reset()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Add(0, true, Syn(c));
        c.Add(1, false, c.FromServer(0, 1, 0, 4 | 16) with { Seq = 0, Window = 0, Ttl = 61 });

        var told = trace.Analyse().Of<ControlSegment>();

        Assert.Equal([ControlKind.Syn, ControlKind.Reset], told.Select(t => t.Kind));
        Assert.True(told[0].Answered);
        Assert.Equal((null, 61, null, false), (told[1].Answered, told[1].Ttl, told[1].UsualTtl, told[1].FromClient));
    }

    [Fact]
    public void A_reset_brings_the_opening_with_it_and_compares_the_TTL()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101);
        c.Add(40, false, c.FromServer(1, 101, 0, 4) with { Ttl = 250, Window = 0, Ack = 0, DontFragment = false });
        c.Add(41, false, c.FromServer(1, 101, 0, 4) with { Ttl = 250, Window = 0, Ack = 0 });

        var told = trace.Analyse().Of<ControlSegment>();

        Assert.Equal([ControlKind.Syn, ControlKind.SynAck, ControlKind.Reset, ControlKind.Reset], told.Select(t => t.Kind));
        Assert.All(told.Take(2), t => Assert.True(t.Answered));
        Assert.All(told.Skip(2), t => Assert.Equal((250, 64), (t.Ttl, t.UsualTtl)));
        Assert.Equal((false, false, 0u), (told[2].DontFragment, told[2].HasTimestamps, told[2].Acknowledgment));
        Assert.True(told[1].HasTimestamps);
    }

    [Fact]
    public void The_opening_is_told_when_the_frame_history_has_long_forgotten_it()
    {
        var (trace, c) = Start();
        var other = new Conversation(trace) { Client = new(c.Client.Address, 40001), Timestamps = false };
        for (var i = 0; i < (1 << 18) + 10; i++)
        {
            other.Data(20 + (i * 0.01), 1 + i, 1);
        }

        c.Add(4000, false, c.FromServer(1, 1, 0, 4 | 16));
        var told = trace.Analyse().Of<ControlSegment>();

        Assert.Equal([ControlKind.Syn, ControlKind.SynAck, ControlKind.Reset], told.Select(t => t.Kind));
        Assert.Equal((1u, 2u, 1000u, 5000u), ((uint)told[0].From.Frame!, (uint)told[1].From.Frame!, told[0].Sequence, told[1].Sequence));
        Assert.Equal(TimeSpan.FromMilliseconds(10), told[1].Seen - told[0].Seen);
        Assert.Equal((1001u, null), (told[1].Acknowledgment, told[1].IpId));
    }

    [Fact]
    public void A_FIN_sent_again_is_told_with_the_first()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 0, flags: Fin);
        c.Data(220, 1, 0, flags: Fin);
        c.Data(620, 1, 0, flags: Fin);
        c.Ack(621, 2);

        var fins = trace.Analyse().Of<ControlSegment>().Where(t => t.Kind == ControlKind.Fin).ToList();

        Assert.Equal([(1, false), (2, false), (3, true)], fins.Select(t => (t.Transmission, t.Answered!.Value)));
        Assert.Equal(64, fins[0].UsualTtl);
        Assert.Equal(500, fins[0].Window);
    }

    [Fact]
    public void A_FIN_without_answer_is_told_at_the_end()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 10, flags: Fin);

        var told = trace.Analyse().Of<ControlSegment>();

        Assert.Equal([(ControlKind.Syn, true), (ControlKind.SynAck, true), (ControlKind.Fin, false)], told.Select(t => (t.Kind, t.Answered!.Value)));
        Assert.Equal(10, told[2].Length);
    }

    [Fact]
    public void A_SYN_ACK_that_is_never_acknowledged_is_told_each_time()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Add(0, true, Syn(c));
        c.Add(1, false, SynAck(c));
        c.Add(1001, false, SynAck(c));

        Assert.Equal(
            [(ControlKind.Syn, true), (ControlKind.SynAck, false), (ControlKind.SynAck, false)],
            trace.Analyse().Of<ControlSegment>().Select(t => (t.Kind, t.Answered!.Value)));
    }

    [Fact]
    public void A_reset_of_a_connection_never_seen_is_a_connection()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Add(0, false, c.FromServer(7, 0, 0, 4) with { Ack = 0 });

        var analysed = trace.Analyse();

        Assert.Equal(ControlKind.Reset, Assert.Single(analysed.Of<ControlSegment>()).Kind);
        Assert.Equal(1, Assert.Single(analysed.Of<TcpFlow>()).FromServer.ResetFrame!.Frame);
    }

    [Fact]
    public void More_than_the_limit_is_said()
    {
        var trace = new Trace();
        for (var i = 0; i < 10; i++)
        {
            var c = new Conversation(trace) { Client = new(System.Net.IPAddress.Parse("10.0.0.1"), 41000 + i) };
            c.Add(i, true, Syn(c));
        }

        var analysed = trace.Analyse(new TcpAnalysisOptions { MostControlSegments = 4 });

        Assert.Equal(4, analysed.Of<ControlSegment>().Count);
        Assert.Contains(analysed.Of<Gap>(), g => g.Kind == GapKind.Limited && g.Reason.StartsWith("6 SYN", StringComparison.Ordinal));
    }

    private static Packet Syn(Conversation c) => c.FromClient(0, 0, 0, 2) with { Mss = 1460, WindowScale = 7, SackPermitted = true, Ack = 0, Window = 64000 };

    private static Packet SynAck(Conversation c) => c.FromServer(0, 1, 0, 18) with { Mss = 1460, WindowScale = 7, SackPermitted = true, Window = 64000 };

    private static (Trace Trace, Conversation Conversation) Start()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        return (trace, c);
    }

    private static void Close(Conversation c, double at, long clientSeq)
    {
        c.Data(at, clientSeq, 0, flags: Fin);
        c.Ack(at + 1, clientSeq + 1);
        c.ServerData(at + 2, 1, 0, clientSeq + 1, flags: Fin);
        c.ClientAck(at + 3, 2, clientSeq + 1);
    }
}
