using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class SocketTests
{
    [Fact]
    public void Queues_states_and_ends()
    {
        var sockets = Reading.Of(SocketSamples.SsAll).WithoutGaps().All<SocketState>();
        Assert.Equal(
            [
                "tcp LISTEN 129/128 10.0.0.5:8080 0.0.0.0:0 128", "tcp ESTAB 0/36 10.0.0.5:8080 10.0.1.9:45540 ", "tcp TIME-WAIT 0/0 127.0.0.53:53 127.0.0.1:45530 ",
                "tcp LISTEN 0/4096 [::]:8081 [::]:0 4096", "tcp SYN-SENT 0/1 10.0.0.5:40000 10.0.2.2:443 ", "tcp ESTAB 0/0 [fe80::5]:41320 [fe80::9]:8081 ",
            ],
            sockets.Select(Describe));
        Assert.All(sockets, s => Assert.Null(s.Retransmissions));
    }

    [Fact]
    public void Everything_ss_says_of_a_connection()
    {
        var sockets = Reading.Of(SocketSamples.SsInfo6).WithoutGaps().All<SocketState>();
        Assert.Equal(3, sockets.Count);
        var s = sockets[0];
        Assert.Equal(("web, (main),pid=9,fd=8; web,pid=10,fd=8", "persist", 4, "cubic"), (s.Process, s.Timer, s.TimerRetries, s.CongestionControl));
        Assert.Equal((5512, 40, 208_000), (Micro(s.Rtt), Micro(s.MinRtt), Micro(s.RetransmissionTimeout)));
        Assert.Equal((1398, 1450, 15, 7), (s.Mss, s.PathMtu, s.CongestionWindow, s.SlowStartThreshold));
        Assert.Equal((142848, 14848, 11, 100000, 77, 2, 10), (s.BytesSent, s.BytesRetransmitted, s.Retransmissions, s.BytesReceived, s.OutOfOrder, s.DuplicateSacks, s.Reordering));
        Assert.Equal((1212_000, 1200_000, 4_000), (Micro(s.Busy), Micro(s.ReceiverLimited), Micro(s.SendBufferLimited)));
        Assert.Equal((102496, 131072, 3939840, 3, 4096), (s.ReceiveMemory, s.ReceiveBuffer, s.SendBuffer, s.Drops, s.Backlog));
        Assert.Equal((1204_000, 1216_000), (Micro(s.LastSent), Micro(s.LastReceived)));

        Assert.Equal(("timewait", null, null), (sockets[1].Timer, sockets[1].Rtt, sockets[1].Retransmissions));

        // Left out because they are 0: this release prints them.
        var quiet = sockets[2];
        Assert.Equal(("keepalive", 0, "bbr"), (quiet.Timer, quiet.TimerRetries, quiet.CongestionControl));
        Assert.Equal((0, 0, 0, 0), (quiet.Retransmissions, quiet.BytesRetransmitted, quiet.DuplicateSacks, quiet.OutOfOrder));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero, null), (quiet.ReceiverLimited, quiet.SendBufferLimited, quiet.SlowStartThreshold));
    }

    [Fact]
    public void An_older_release_leaves_more_unknown()
    {
        var reading = Reading.Of(SocketSamples.SsInfo4);
        Assert.Equal((GapKind.Unsupported, 2), (Assert.Single(reading.Gaps).Kind, (int)reading.Gaps[0].From.Line!));
        var sockets = reading.All<SocketState>();
        Assert.Equal(["tcp ESTAB 0/2896 10.0.0.5:8080 10.0.1.9:45540 ", "tcp LISTEN 3/128 [::]:8443 [::]:0 128", "tcp LISTEN 0/128 0.0.0.0:22 0.0.0.0:0 128"], sockets.Select(Describe));
        Assert.Equal((9, "on", 3, "cubic"), (sockets[0].Retransmissions, sockets[0].Timer, sockets[0].TimerRetries, sockets[0].CongestionControl));
        Assert.Equal((null, null, null, null), (sockets[0].BytesRetransmitted, sockets[0].DuplicateSacks, sockets[0].OutOfOrder, sockets[0].ReceiverLimited));
    }

    [Fact]
    public void Sockets_that_are_not_of_ip_are_passed_over()
    {
        var sockets = Reading.Of(SocketSamples.SsSeveral).WithoutGaps().All<SocketState>();
        Assert.Equal(["udp UNCONN 0/0 0.0.0.0:8472 0.0.0.0:0 ", "udp ESTAB 0/0 10.0.0.5:39000 10.0.0.10:53 ", "tcp LISTEN 0/4096 [::]:443 [::]:0 4096"], sockets.Select(Describe));
        Assert.Equal("envoy,pid=31,fd=9", sockets[2].Process);
    }

    [Fact]
    public void One_state_is_named_by_the_command_alone()
    {
        var named = Reading.Of("$ ss -Htn state established\n" + SocketSamples.SsOneState).WithoutGaps().All<SocketState>();
        Assert.Equal(["tcp ESTAB 100/0 10.0.0.5:8080 10.0.1.9:45540 ", "tcp ESTAB 0/0 [::1]:8081 [::1]:41320 "], named.Select(Describe));
        var unnamed = Reading.Of(SocketSamples.SsOneState);
        Assert.All(unnamed.All<SocketState>(), s => Assert.Equal("UNKNOWN", s.State));
        Assert.Equal(GapKind.Unsupported, Assert.Single(unnamed.Gaps).Kind);
        var listening = Reading.Of("Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n2      128          0.0.0.0:80        0.0.0.0:*           \n").WithoutGaps().All<SocketState>();
        Assert.Equal("tcp LISTEN 2/128 0.0.0.0:80 0.0.0.0:0 128", Describe(Assert.Single(listening)));
    }

    [Fact]
    public void Datagram_sockets_without_a_column_for_their_protocol()
    {
        const string Text = "State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nUNCONN 0      0          0.0.0.0:53       0.0.0.0:*\nESTAB  0      0         10.0.0.1:99      10.0.0.2:53\n";
        Assert.All(Reading.Of(Text).WithoutGaps().All<SocketState>(), s => Assert.Equal("udp", s.Protocol));
        Assert.All(Reading.Of("# ss -tan\n" + Text).WithoutGaps().All<SocketState>(), s => Assert.Equal("tcp", s.Protocol));
    }

    [Fact]
    public void One_line_per_socket()
    {
        var below = Reading.Of(SocketSamples.SsInfo6).All<SocketState>();
        var lines = SocketSamples.SsInfo6.Replace("\n\t", " ", StringComparison.Ordinal);
        var beside = Reading.Of(lines).WithoutGaps().All<SocketState>();
        Assert.Equal(below.Select(s => s with { From = new Provenance("") }), beside.Select(s => s with { From = new Provenance("") }));
    }

    [Fact]
    public void Netstat()
    {
        var sockets = Reading.Of(SocketSamples.NetstatSockets).WithoutGaps().All<SocketState>();
        Assert.Equal(
            [
                "tcp LISTEN 1/0 127.0.0.1:8080 0.0.0.0:0 ", "tcp ESTAB 100000/167200 10.0.0.5:8080 10.0.1.9:45540 ", "tcp FIN-WAIT-2 0/0 10.0.0.5:45530 10.0.1.9:8080 ",
                "tcp ESTAB 0/9 10.0.0.5:45554 10.0.1.9:8080 ", "tcp LISTEN 0/0 [::]:8081 [::]:0 ", "tcp CLOSE-WAIT 0/0 [fd00::5]:8081 [fd00::9]:41320 ", "udp UNCONN 0/0 0.0.0.0:8472 0.0.0.0:0 ",
            ],
            sockets.Select(Describe));
        Assert.Equal(["9/web main  ", "9/web main on 3", " timewait 0", "9/web main persist 2", "  ", "12/x  ", "  "], sockets.Select(s => $"{s.Process} {s.Timer} {s.TimerRetries}"));
        Assert.All(sockets, s => Assert.Null(s.AcceptLimit));
    }

    [Fact]
    public void An_address_that_netstat_cut_is_no_address()
    {
        const string Text = "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \ntcp6       0      0 2001:db8:0:1:2:3:4:8081 2001:db8:0:1:5::1:41320 ESTABLISHED\n";
        var reading = Reading.Of(Text);
        Assert.Empty(reading.All<SocketState>());
        Assert.Equal((GapKind.Unsupported, 2), (Assert.Single(reading.Gaps).Kind, (int)reading.Gaps[0].From.Line!));
        Assert.Single(Reading.Of(Text.Replace("4:8081", "4:5555:8081", StringComparison.Ordinal)).WithoutGaps().All<SocketState>());
    }

    [Fact]
    public void Proc_files()
    {
        var sockets = Reading.Of(SocketSamples.ProcTcp).WithoutGaps().All<SocketState>();
        Assert.Equal(
            ["tcp LISTEN 1/0 127.0.0.1:8080 0.0.0.0:0 ", "tcp ESTAB 100000/1672000 10.0.0.5:8080 10.0.1.9:45540 ", "tcp TIME-WAIT 0/0 10.0.0.5:45530 10.0.1.9:8080 ", "tcp ESTAB 128000/0 10.0.0.5:45540 10.0.1.9:8080 "],
            sockets.Select(Describe));
        Assert.Equal([" ", "persist 5", "timewait 0", "on 2"], sockets.Select(s => $"{s.Timer} {s.TimerRetries}"));
        Assert.Equal((200_000, 15, 7), (Micro(sockets[1].RetransmissionTimeout), sockets[1].CongestionWindow, sockets[1].SlowStartThreshold));
        Assert.Equal((null, 1), (sockets[3].SlowStartThreshold, sockets[3].CongestionWindow));
        Assert.Equal(["tcp LISTEN 0/0 [::]:8081 [::]:0 ", "tcp CLOSE-WAIT 0/0 [fd00::1]:8081 10.0.1.9:59136 "], Reading.Of(SocketSamples.ProcTcp6).WithoutGaps().All<SocketState>().Select(Describe));
        var datagram = Assert.Single(Reading.Of(SocketSamples.ProcUdp).WithoutGaps().All<SocketState>());
        Assert.Equal(("udp UNCONN 768/0 127.0.0.1:5353 0.0.0.0:0 ", 41), (Describe(datagram), datagram.Drops));
        var raw = Reading.Of("$ cat /proc/net/raw\n" + SocketSamples.ProcUdp);
        Assert.Empty(raw.All<SocketState>());
        Assert.Single(raw.Gaps);
    }

    [Theory]
    [InlineData("ESTAB 0 0 10.0.0.1:99999 10.0.0.2:80\n")]
    [InlineData("ESTAB 0 0 10.0.0.1:http 10.0.0.2:https\n")]
    [InlineData("ESTAB 0 0 300.0.0.1:80 10.0.0.2:80\n")]
    public void An_end_that_is_no_address_is_a_gap(string text)
    {
        var reading = Reading.Of(text);
        Assert.Empty(reading.All<SocketState>());
        Assert.Equal((GapKind.Unsupported, 1), (Assert.Single(reading.Gaps).Kind, (int)reading.Gaps[0].From.Line!));
    }

    [Fact]
    public void Figures_out_of_all_bounds_are_unknown()
    {
        const string Text = "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 timer:(on,1sec,99999999999) skmem:(r99999999999999999999999,rb,t,d-) cubic rto:1e400 rtt:99999999999999999999/1 mss:99999999999 cwnd:-1 retrans:1/ busy:9.9.9ms\n";
        var socket = Assert.Single(Reading.Of(Text).WithoutGaps().All<SocketState>());
        Assert.Equal((null, null, null, null, null, null), (socket.TimerRetries, socket.Rtt, socket.Mss, socket.CongestionWindow, socket.ReceiveBuffer, socket.Busy));
    }

    private static long? Micro(TimeSpan? span) => span is { } s ? (long)s.TotalMicroseconds : null;

    private static string Describe(SocketState s) => $"{s.Protocol} {s.State} {s.ReceiveQueue}/{s.SendQueue} {s.Local} {s.Peer} {s.AcceptLimit}";
}
