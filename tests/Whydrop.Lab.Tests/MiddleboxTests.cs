using System.Net.Sockets;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Tests;

/// <summary>Each effect does to the packets what it counts: by the kernel's counters and by tcpdump.</summary>
public sealed class MiddleboxTests
{
    private static readonly BulkOptions Upload = new() { Bytes = 1_500_000, Flows = 2 };
    private static readonly RequestOptions Chat = new() { Count = 10, Connections = 2, Pause = TimeSpan.FromMilliseconds(2) };

    private static PodNetworkOptions Plain => new() { Offload = false };

    [LabTheory]
    [InlineData(false, OverlayKind.None)]
    [InlineData(true, OverlayKind.Ipip)]
    public void With_delay_alone_nothing_is_lost_or_repeated(bool ipv6, OverlayKind overlay)
    {
        using var bench = new PodBench(Plain with { Ipv6 = ipv6, Overlay = overlay });
        var there = bench.Box.ToServer.Add(new Delay(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(2)));
        var back = bench.Box.ToClient.Add(new Delay(TimeSpan.FromMilliseconds(5)));

        RequestReport chat = null!;
        var (sent, arrived, growth) = bench.Segments(() =>
        {
            chat = RequestClient.Run(bench.Run, Chat);
            BulkClient.Run(bench.Run, Upload);
        });

        Assert.Equal(0, chat.Failed);
        Assert.True(chat.All.Min(o => o.Took) >= TimeSpan.FromMilliseconds(10));
        // A loss probe may be sent in vain where the machine itself is late.
        Assert.Equal(0, growth(bench.Run.Network.Client, "TcpExt.TCPFastRetrans"));
        Assert.Equal(0, growth(bench.Run.Network.Client, "TcpExt.TCPSACKReorder"));
        Assert.Equal(sent, arrived);
        Assert.True(there.Count >= sent && back.Count > 0);
        Assert.Equal((0, 0), (bench.Box.Overruns(), bench.Box.Refused));
    }

    [LabFact]
    public void What_is_dropped_at_random_is_what_does_not_arrive()
    {
        using var bench = new PodBench(Plain);
        var drop = bench.Box.ToServer.Add(new RandomDrop(0.03));

        var (sent, arrived, growth) = bench.Segments(() => BulkClient.Run(bench.Run, Upload));

        Assert.True(drop.Count > 10, $"{drop.Count} dropped");
        Assert.Equal(drop.Count, sent - arrived);
        Assert.True(growth(bench.Run.Network.Client, "Tcp.RetransSegs") >= drop.Count / 2);
    }

    [LabFact]
    public void Bursts_last_as_long_as_they_should()
    {
        using var bench = new PodBench(Plain);
        var drop = bench.Box.ToServer.Add(new BurstDrop(0.005, 0.25));

        var (sent, arrived, _) = bench.Segments(() => BulkClient.Run(bench.Run, Upload));

        Assert.Equal(drop.Count, sent - arrived);
        // 4 packets a burst are expected; few bursts leave a wide margin.
        Assert.InRange((double)drop.Count / drop.Bursts, 1.2, 12);
    }

    [LabFact]
    public void Duplicates_arrive_twice()
    {
        using var bench = new PodBench(Plain);
        var twice = bench.Box.ToServer.Add(new Duplicate(0.05));

        var (sent, arrived, growth) = bench.Segments(() => BulkClient.Run(bench.Run, Upload));

        Assert.True(twice.Count > 10, $"{twice.Count} repeated");
        Assert.Equal(twice.Count, arrived - sent);
        Assert.True(growth(bench.Run.Network.Client, "TcpExt.TCPDSACKRecv") > 0);
    }

    [LabFact]
    public void Packets_held_back_are_overtaken_and_none_is_lost()
    {
        using var bench = new PodBench(Plain);
        bench.Box.ToServer.Add(new Delay(TimeSpan.FromMilliseconds(3)));
        var held = bench.Box.ToServer.Add(new Reorder(0.02, TimeSpan.FromMilliseconds(10)));

        var (sent, arrived, growth) = bench.Segments(() => BulkClient.Run(bench.Run, Upload with { BytesPerSecond = 3_000_000 }));

        Assert.True(held.Count > 5, $"{held.Count} held back");
        Assert.Equal(sent, arrived);
        Assert.True(growth(bench.Run.Network.Server, "TcpExt.TCPOFOQueue") > 0);
    }

    [LabTheory]
    [InlineData(false, OverlayKind.None)]
    [InlineData(false, OverlayKind.Vxlan)]
    [InlineData(true, OverlayKind.Ipip)]
    public void Damage_is_seen_by_the_checksum_unless_that_is_fixed(bool ipv6, OverlayKind overlay)
    {
        using var bench = new PodBench(Plain with { Ipv6 = ipv6, Overlay = overlay });
        var damage = bench.Box.ToServer.Add(new Corrupt(0.02));
        var (_, _, growth) = bench.Segments(() => BulkClient.Run(bench.Run, Upload));
        Assert.True(damage.Count > 3, $"{damage.Count} damaged");
        // The outer checksum of VXLAN already tells on the node.
        Assert.Equal(damage.Count, growth(bench.Run.Network.Server, "Tcp.InCsumErrors") + growth(bench.Run.Network.NodeB, "Udp.InCsumErrors"));

        bench.Box.ToServer.Remove(damage);
        var hidden = bench.Box.ToServer.Add(new Corrupt(0.02, fixesChecksum: true));
        (_, _, growth) = bench.Segments(() => BulkClient.Run(bench.Run, Upload));
        Assert.True(hidden.Count > 3, $"{hidden.Count} damaged");
        Assert.Equal(0, growth(bench.Run.Network.Server, "Tcp.InCsumErrors"));
    }

    [LabTheory]
    [InlineData(OverlayKind.None)]
    [InlineData(OverlayKind.Vxlan)]
    public void Options_are_overwritten_and_connections_live(OverlayKind overlay)
    {
        using var bench = new PodBench(Plain with { Overlay = overlay });
        var strip = bench.Box.ToServer.Add(new StripTcpOptions(3, 4));

        RequestReport chat = null!;
        var (_, _, growth) = bench.Segments(() => chat = RequestClient.Run(bench.Run, Chat));

        Assert.Equal(0, chat.Failed);
        Assert.Equal(Chat.Connections, strip.Count);
        Assert.Equal(0, growth(bench.Run.Network.Server, "Tcp.InCsumErrors"));
        // Kind 4 length 2 right behind the MSS option, as Linux writes it.
        var (atClient, atServer) = bench.Frames("tcp[13]&2!=0 and tcp[24:2]=0x0402", () => RequestClient.Run(bench.Run, Chat));
        // The SYN-ACK of a server that was not offered it does not have it either.
        Assert.Equal((Chat.Connections, 0), (atClient, atServer));
    }

    [LabTheory]
    [InlineData(false, OverlayKind.None)]
    [InlineData(false, OverlayKind.Vxlan)]
    [InlineData(true, OverlayKind.Ipip)]
    public void Forged_resets_end_both_sides(bool ipv6, OverlayKind overlay)
    {
        using var bench = new PodBench(Plain with { Ipv6 = ipv6, Overlay = overlay });
        var forge = bench.Box.ToServer.Add(new InjectReset(3, ttl: 200));

        RequestReport chat = null!;
        var (_, _, growth) = bench.Segments(() => chat = RequestClient.Run(bench.Run, Chat with { Reconnects = false }));

        Assert.Equal(Chat.Connections, forge.Count);
        Assert.Equal(Chat.Connections, chat.Count(SocketError.ConnectionReset));
        Assert.Equal(Chat.Connections, growth(bench.Run.Network.Client, "Tcp.EstabResets"));
        Assert.Equal(Chat.Connections, growth(bench.Run.Network.Server, "Tcp.EstabResets"));
    }

    [LabTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Moved_sequence_numbers_are_moved_back_but_for_sack(bool forgetsSack)
    {
        using var bench = new PodBench(Plain);
        var shift = bench.Box.ToServer.Add(new ShiftSequence(0x12345678, forgetsSack));
        bench.Box.ToClient.Add(shift.Answers);
        bench.Box.ToServer.Add(new RandomDrop(0.01));

        IReadOnlyList<BulkOutcome> moved = [];
        var (_, _, growth) = bench.Segments(() => moved = BulkClient.Run(bench.Run, Upload));

        Assert.All(moved, m => Assert.Null(m.Failure));
        Assert.True(shift.Count > 1000);
        Assert.Equal(forgetsSack, shift.Answers.Count > 0);
        Assert.Equal(forgetsSack, growth(bench.Run.Network.Client, "TcpExt.TCPSACKDiscard") > 0);
    }

    [LabFact]
    public void Ecn_bits_leave_the_client_and_do_not_arrive()
    {
        using var bench = new PodBench(Plain);
        bench.Run.Network.Client.Sysctl("net.ipv4.tcp_ecn=1");
        var bleach = bench.Box.ToServer.Add(new BleachEcn());

        var (atClient, atServer) = bench.Frames($"ip[1]&3!=0 and src host {bench.Run.Network.ClientAddress}", () => RequestClient.Run(bench.Run, Chat));

        Assert.True(atClient > 0);
        Assert.Equal(0, atServer);
        Assert.Equal(atClient, bleach.Count);
    }

    [LabTheory]
    [InlineData(true, SocketError.ConnectionReset)]
    [InlineData(false, SocketError.WouldBlock)]
    public void An_idle_connection_is_forgotten(bool resets, SocketError error)
    {
        using var bench = new PodBench(Plain);
        var state = new ConnectionState(TimeSpan.FromMilliseconds(400), resets);
        bench.Box.ToServer.Add(state);
        bench.Box.ToClient.Add(state);

        var report = RequestClient.Run(bench.Run, Chat with
        {
            Count = 3,
            PauseBefore = new Dictionary<int, TimeSpan> { [2] = TimeSpan.FromMilliseconds(800) },
            Patience = TimeSpan.FromSeconds(1),
            Reconnects = false,
        });

        Assert.Equal((4, 2), (report.Answered, report.Count(error)));
        Assert.Equal(2, state.Expired);
        Assert.True(state.Count >= 2);
    }

    [LabFact]
    public void A_blackout_stops_everything_while_it_lasts()
    {
        using var bench = new PodBench(Plain);
        var dark = bench.Box.ToServer.Add(new DropAll());

        var during = RequestClient.Run(bench.Run, Chat with { Count = 1, Patience = TimeSpan.FromMilliseconds(500) });
        dark.Active = false;
        var after = RequestClient.Run(bench.Run, Chat);

        Assert.Equal(during.All.Count, during.TimedOut);
        Assert.True(dark.Count >= during.All.Count);
        Assert.Equal(0, after.Failed);
    }

    [LabFact]
    public void A_policer_drops_and_a_bottleneck_queues()
    {
        using var bench = new PodBench(Plain);
        var policer = bench.Box.ToServer.Add(new TokenBucket(2_000_000, 20_000));
        var (sent, arrived, _) = bench.Segments(() => BulkClient.Run(bench.Run, Upload));
        Assert.True(policer.Count > 0);
        Assert.Equal(policer.Count, sent - arrived);

        bench.Box.ToServer.Remove(policer);
        var queue = bench.Box.ToServer.Add(new Bottleneck(2_000_000, 1e9));
        var (_, _, growth) = bench.Segments(() => BulkClient.Run(bench.Run, Upload));
        Assert.Equal((0, 0), (queue.Count, growth(bench.Run.Network.Client, "TcpExt.TCPLostRetransmit")));
        Assert.True(queue.LongestWait > TimeSpan.FromMilliseconds(20), $"{queue.LongestWait}");
    }
}
