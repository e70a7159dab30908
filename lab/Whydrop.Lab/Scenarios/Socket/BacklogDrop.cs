using Whydrop.Lab.Native;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The server is inside a read that waits for memory; what arrives meanwhile overflows the backlog of its socket.</summary>
public sealed class BacklogDrop : PodScenario
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public override string Name => "backlog-drop";

    public override string Summary => "a read of the server waits for a page of memory while it owns its socket; small segments go on arriving until the socket's backlog is full";

    public override string Fault => "backlog-drop";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("buffer", 32_768, "SO_RCVBUF of the server, bytes", 16_384, 65_536).Drawing(24_000, 40_000),
        LabParameter.Number("dropped", 40, "the read ends when the kernel has dropped so many packets", 10, 200).Drawing(20, 80),
        LabParameter.Choice("overlay", "between the nodes; one that is served in user space would open no window for small segments", "none", "vxlan"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "on"),
        LabParameter.Number("mtu", 1500, "MTU of the fabric and the nodes' uplinks, bytes", 1400, 9000),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), LatePage.Needed];

    protected override void Play(PodRun run)
    {
        var (network, options) = (run.Network, new DripOptions { Enough = () => true });
        var page = LatePage.Make();
        run.Serve(new ServerOptions { ReceiveBuffer = run.Settings.Number("buffer"), ReadsLate = (options.Bytes, page) });
        // Ends before the server, which waits for its readers.
        run.Lab.Own("late page", page);
        run.WarmUp();
        // The sender waits longer than usual before it repeats: else it would stop sending anew.
        var route = network.Client.Ip($"{(network.Options.Ipv6 ? "-6 " : "")}route show default").Split('\n')[0].Split(" pref")[0].Trim();
        network.Client.Ip($"route change {route} rto_min 3s");
        run.Begin();
        long Dropped() => run.Counters(network.Server)["TcpExt.TCPBacklogDrop"];
        var before = Dropped();
        var over = false;
        var drip = DripClient.Start(run, options with { Enough = () => over });
        var awaited = page.Awaited(Patience);
        run.Lab.Report("the server's read waits for memory");
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); Dropped() - before < run.Settings.Number("dropped") && waited.Elapsed < Patience;)
            run.Pause(TimeSpan.FromMilliseconds(5));
        page.Deliver();
        // What was lost is sent again.
        run.Pause(TimeSpan.FromMilliseconds(500));
        over = true;
        drip.WaitForThreads();
        run.End();

        var dropped = Dropped() - before;
        run.Truth.Blame(
            Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasDumps(HostRole.Server));
        run.Truth.Figure("packetsDropped", dropped);
        run.Truth.Figure("bytesDripped", drip.Sent);
        run.Truth.Expect(awaited, "the server did not come to the late page");
        run.Truth.Expect(dropped >= 10, $"the backlog dropped only {dropped} packets");
    }
}
