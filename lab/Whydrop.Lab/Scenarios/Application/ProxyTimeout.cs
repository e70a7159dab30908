using System.Net;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>A proxy between client and server closes connections when its own timer ends.</summary>
public sealed class ProxyTimeout : PodScenario
{
    public override string Name => "proxy-timeout";

    public override string Summary => "a proxy in a pod beside the client closes each connection when its request timer ends, while the server still works";

    public override string Fault => "proxy-timeout";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("timer", 1500, "timer of the proxy, milliseconds", 500, 60_000).Drawing(1000, 2000),
        LabParameter.Number("think", 4000, "milliseconds the server needs", 100, 60_000).Drawing(3000, 5000),
        LabParameter.Choice("closes", "how the proxy ends the client's connection", "fin", "rst"),
        LabParameter.Number("connections", 4, "clients", 2, 20).Drawing(3, 8),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.ServerOnA = true;

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var pod = network.ServerA!;
        var at = new IPEndPoint(IPAddress.Parse(pod.Address), network.Names.ServerPort);
        var upstream = new IPEndPoint(IPAddress.Parse(network.ServerPod.Address), network.Names.ServerPort);
        run.Serve();
        run.WarmUp();
        var proxy = ProxyServer.Start(run, pod.Space, at, upstream, TimeSpan.FromMilliseconds(run.Settings.Number("timer")), run.Settings.Word("closes") == "rst");
        run.Begin();
        var options = new RequestOptions { To = at, Connections = run.Settings.Number("connections"), Log = run.Log(network.Client) };
        var quick = RequestClient.Run(run, options with { Count = 3 });
        var slow = RequestClient.Run(run, options with { Count = 2, ServerThinks = TimeSpan.FromMilliseconds(run.Settings.Number("think")), Patience = TimeSpan.FromSeconds(20) });
        run.End();

        run.Truth.Blame(Fault, pod.Space, confirmable: run.HasCaptures(HostRole.ServerA) && run.HasDumps(HostRole.ServerA), suspectable: run.HasAnyCapture);
        run.Truth.AlsoTrue("app-slow-response");
        run.Truth.AlsoAt(network.Server);
        run.Truth.Accompanying("app-rst");
        run.Truth.Figure("closedByTimer", proxy.Closed);
        run.Truth.Expect(quick.Failed == 0, $"a quick request failed: {string.Join("; ", quick.Failures.Take(1))}");
        run.Truth.Expect(slow.Failed == slow.All.Count && proxy.Closed == slow.All.Count, $"{slow.Failed} of {slow.All.Count} requests failed, the proxy closed {proxy.Closed}");
    }
}
