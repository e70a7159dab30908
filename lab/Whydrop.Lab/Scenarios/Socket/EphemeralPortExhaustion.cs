using System.Net.Sockets;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The client has a connection to the server on every local port it may use: the next connect fails before anything is sent.</summary>
public sealed class EphemeralPortExhaustion : PodScenario
{
    public override string Name => "ephemeral-port-exhaustion";

    public override string Summary => "the client has used up its local ports towards the server; connect fails and nothing is on the wire";

    public override string Fault => "ephemeral-port-exhaustion";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("ports", 24, "local ports that may be used", 8, 200).Drawing(10, 60),
        LabParameter.Choice("held", "by open connections, or by connections in TIME-WAIT that are not used again", "open", "time-wait"),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "ends", "client", "counters", "captures"),
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var (ports, open) = (run.Settings.Number("ports"), run.Settings.Word("held") == "open");
        run.Serve();
        run.WarmUp();
        network.Client.Sysctl($"net.ipv4.ip_local_port_range=41000 {41000 + ports - 1}", "net.ipv4.tcp_tw_reuse=0");
        run.Begin();
        var tried = ConnectClient.Start(run, new ConnectOptions
        {
            PerSecond = ports * 1.6 / run.Seconds.TotalSeconds, For = run.Seconds, Holds = open ? null : TimeSpan.Zero, Log = run.Log(network.Client),
        });
        run.Pause(run.Seconds + TimeSpan.FromMilliseconds(200));
        run.End();
        tried.Dispose();
        var failed = tried.Wait().Count(SocketError.AddressNotAvailable);

        run.Truth.Blame(Fault, network.Client, confirmable: run.HasDumps(HostRole.Client), suspectable: run.HasCaptures(HostRole.Client));
        run.Truth.Unseen(!run.HasDumps(HostRole.Client) && !run.HasCaptures(HostRole.Client));
        run.Truth.Figure("connectionsRefusedLocally", failed);
        run.Truth.Expect(failed > 2, $"{failed} connections found no local port");
    }
}
