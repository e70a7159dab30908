using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The receiver gives its connections a small receive buffer after it has promised a large window, and reads late: its kernel drops what it promised to take.</summary>
public sealed class RcvbufOverrun : PodScenario
{
    // A namespace may choose what the machine leaves unrestricted (net/ipv4/tcp_cong.c tcp_set_default_congestion_control).
    private static readonly string[] Congestion = ["kernel", "reno", "bbr"];

    public override string Name => "rcvbuf-overrun";

    public override string Summary => "the receive queue of the receiver's sockets overflows: its kernel drops segments that had arrived";

    public override string Fault => "rcvbuf-overrun";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("buffer", 2048, "SO_RCVBUF, bytes, that the receiver sets after the first bytes", 256, 16_384).Drawing(1024, 6000),
        LabParameter.Number("pause", 120, "milliseconds that it does not read then", 20, 1000).Drawing(60, 250),
        LabParameter.Number("flows", 6, "connections", 1, 32).Drawing(4, 10),
        LabParameter.Choice("receiver", "who receives: the server pod, or the client pod", "server", "client").Drawing("server"),
        LabParameter.Choice("snat", "node-a puts its own address on what the client pod sends", "no", "yes").Drawing("no"),
        LabParameter.Choice("icmp", "the fabric passes ICMP, or drops all of it", "passed", "blocked").Drawing("passed"),
        LabParameter.Choice("pod-congestion", "congestion control of the client pod", Congestion).Drawing("kernel"),
        LabParameter.Choice("node-congestion", "congestion control of node-a", Congestion).Drawing("kernel"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    private const int MostRounds = 5;

    protected override void Play(PodRun run)
    {
        var (network, settings) = (run.Network, run.Settings);
        var (buffer, patience) = ((settings.Number("buffer"), TimeSpan.FromMilliseconds(settings.Number("pause"))), TimeSpan.FromSeconds(20));
        var download = settings.Word("receiver") == "client";
        var (receiver, role) = download ? (network.Client, HostRole.Client) : (network.Server, HostRole.Server);
        Surround(run);
        run.Serve(download ? null : new ServerOptions { ShrinksReceiveBuffer = buffer });
        run.WarmUp();
        run.Begin();
        var before = run.Counters(receiver);
        var moved = new List<BulkOutcome>();
        var after = before;
        long Grown(string name) => after[name] - before[name];
        for (var round = 0; round < MostRounds && Grown("TcpExt.TCPRcvQDrop") + Grown("TcpExt.TCPOFODrop") == 0; round++)
        {
            // Of large segments few are under way when the buffer shrinks: now and then all of them fit.
            moved.AddRange(BulkClient.Run(run, new BulkOptions
            {
                Flows = settings.Number("flows"), Bytes = 200_000, Patience = patience, Download = download, ShrinksReceiveBuffer = download ? buffer : null, Log = run.Log(network.Client),
                CongestionControl = settings.Word("pod-congestion") is var chosen and not "kernel" ? chosen : "cubic",
            }));
            after = run.Counters(receiver);
        }

        run.End();

        var dropped = Grown("TcpExt.TCPRcvQDrop") + Grown("TcpExt.TCPOFODrop");
        run.Truth.Blame(Fault, receiver, confirmable: run.HasCaptures(role) && run.HasDumps(role), suspectable: run.HasDumps(role));
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        foreach (var name in (string[])["PruneCalled", "RcvPruned", "TCPRcvQDrop", "TCPOFODrop", "OfoPruned", "TCPZeroWindowDrop", "BeyondWindow"])
            run.Truth.Figure(name, Grown($"TcpExt.{name}"));
        run.Truth.Expect(dropped > 0, "no receive queue overflowed");
    }

    /// <summary>What differs between the layers, and what hides the path, without being the fault.</summary>
    private static void Surround(PodRun run)
    {
        var (network, settings) = (run.Network, run.Settings);
        Choose(network.Client, settings.Word("pod-congestion"));
        Choose(network.NodeA, settings.Word("node-congestion"));
        if (settings.Word("icmp") == "blocked")
            network.Fabric.Feed("table inet no-icmp { chain forward { type filter hook forward priority 0; meta l4proto { icmp, icmpv6 } drop; }; }\n", "nft", "-f", "-");
        if (settings.Word("snat") == "yes")
        {
            var ip = network.Options.Ipv6 ? "ip6" : "ip";
            network.NodeA.Feed(
                $"table {ip} egress-nat {{ chain postrouting {{ type nat hook postrouting priority srcnat; oifname \"{network.Names.Uplink}\" {ip} daddr {network.ServerPod.Address} counter masquerade; }}; }}\n", "nft", "-f", "-");
        }
    }

    private static void Choose(NetworkNamespace host, string congestion)
    {
        if (congestion != "kernel")
            host.Exec("sysctl", "-qw", $"net.ipv4.tcp_congestion_control={congestion}");
    }
}
