using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>The node forgets a translated connection while both ends still have it: what comes next is not translated.</summary>
public sealed class ConntrackTimeoutUnnat : PodScenario
{
    private const int Established = 2;

    public override string Name => "conntrack-timeout-unnat";

    public override string Summary => "the entry of a connection through a Service ends before the connection does; its next packet is not translated";

    public override string Fault => "conntrack-timeout-unnat";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("next", "who speaks first after the silence: the server (its answer comes late) or the client (and the node does not pick up connections)", "server", "client"),
        LabParameter.Number("connections", 3, "clients", 1, 10).Drawing(2, 5),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = true;

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        run.Lab.Report($"{network.NodeA.Label}: connection tracking forgets established connections after {Established} s");
        network.NodeA.Sysctl($"net.netfilter.nf_conntrack_tcp_timeout_established={Established}", "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged=60");
        var late = run.Settings.Word("next") == "server";
        if (!late)
            network.NodeA.Sysctl("net.netfilter.nf_conntrack_tcp_loose=0");
        run.Begin();
        var silence = TimeSpan.FromSeconds(Established + 1.5);
        var tried = RequestClient.Run(run, new RequestOptions
        {
            Count = 2, Connections = run.Settings.Number("connections"), Patience = silence + run.Seconds, Reconnects = false, Log = run.Log(network.Client),
            ServerThinks = late ? silence : TimeSpan.Zero, PauseBefore = late ? new Dictionary<int, TimeSpan>() : new Dictionary<int, TimeSpan> { [1] = silence },
        });
        run.End();

        var seen = run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA);
        run.Truth.Blame(Fault, network.NodeA, confirmable: seen, suspectable: seen || (run.HasCaptures(HostRole.Client) && late));
        // What is no longer translated, its FIN or RST too, is sent to the Service's address: behind the fabric a connection that was used once stays open, as many do.
        run.Truth.Unseen(!late && run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA));

        // The client gives up in the end.
        run.Truth.Accompanying("app-rst");
        if (!run.HasCaptures(HostRole.NodeA))
        {
            // And from the ends, a hop that forgets after a silence is all there is.
            run.Truth.LooksLike("app-rst", "keepalive-vs-idle-timeout");
            run.Truth.AlsoAt(network.Client);
        }

        run.Truth.Figure("requestsFailed", tried.Failed);
        run.Truth.Expect(tried.Failed >= run.Settings.Number("connections"), "a connection outlived its entry");
    }
}
