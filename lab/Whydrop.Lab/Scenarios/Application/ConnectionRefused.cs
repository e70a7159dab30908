using System.Net.Sockets;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>The server stops listening; its host answers every SYN with a reset.</summary>
public sealed class ConnectionRefused : PodScenario
{
    public override string Name => "connection-refused-closed-port";

    public override string Summary => "nothing listens on the port any more: the pod itself resets every connection attempt";

    public override string Fault => "connection-refused-closed-port";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
        LabParameter.Number("connections", 2, "clients that retry", 1, 20).Drawing(1, 4),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var server = run.Serve();
        run.WarmUp();
        run.Begin();
        var healthy = RequestClient.Run(run, new RequestOptions { Count = 10, Connections = 2 });

        run.Lab.Report($"{network.Server.Label} stops listening");
        server.Dispose();
        var before = run.Counters(network.Server);
        var refused = RequestClient.Run(run, new RequestOptions
        {
            For = run.Seconds,
            Connections = run.Settings.Number("connections"),
            KeepAlive = false,
            Pause = TimeSpan.FromMilliseconds(200),
            Log = run.Log(network.Client),
        });
        var resets = run.Counters(network.Server)["Tcp.OutRsts"] - before["Tcp.OutRsts"];
        run.End();

        run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasAnyCapture);
        run.Truth.Figure("connectionsRefused", refused.Count(SocketError.ConnectionRefused));
        run.Truth.Figure("resetsSent", resets);
        run.Truth.Expect(healthy.Failed == 0, "a request failed while the server listened");
        run.Truth.Expect(refused.All.Count > 0 && refused.Count(SocketError.ConnectionRefused) == refused.All.Count, "a connection attempt was not refused");
        run.Truth.Expect(resets >= refused.All.Count, $"the pod sent {resets} resets for {refused.All.Count} attempts");
    }
}
