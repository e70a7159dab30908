using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>The fabric between the nodes drops some packets by a rule of its own: what its scenarios have in common.</summary>
public abstract class FabricFilter : PodScenario
{
    /// <summary>Port of a second service of the server pod.</summary>
    private const int OtherPort = 9443;

    /// <summary>Parameters beside the shared ones.</summary>
    protected virtual IReadOnlyList<LabParameter> Special => [];

    protected override IReadOnlyList<LabParameter> Own =>
    [
        .. Special,
        LabParameter.Number("connections", 3, "clients that try", 2, 20).Drawing(2, 6),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "all", "nodes", "nodes", "node-a", "node-b", "client", "counters", "captures"),
    ];

    /// <summary>The rules of the fabric; each drops with <c>counter name dropped</c>.</summary>
    protected abstract string Rules(PodRun run);

    /// <summary>What else is asked over the same fabric while clients try: it shows what passes.</summary>
    protected virtual void Others(PodRun run)
    {
    }

    /// <summary>Says what is true, of a run in which so many packets were dropped.</summary>
    protected abstract void Tell(PodRun run);

    /// <summary>Options of the clients.</summary>
    protected virtual RequestOptions Clients(PodRun run) => new();

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        var filter = new Ruleset(network.Fabric, Summary, $$"""
            table inet cloud {
              counter dropped {}
              chain acl {
                type filter hook forward priority filter; policy accept;
                {{Rules(run)}}
              }
            }
            """);
        run.Inject(filter);
        run.Begin();
        // Neighbours are asked for again every minute or so; a run is shorter. That a capture keeps ARP says that it has no filter.
        foreach (var node in new[] { network.NodeA, network.NodeB })
            node.Ip($"neigh flush dev {network.Names.Uplink}");
        Others(run);
        var tried = RequestClient.Run(run, Clients(run) with
        {
            Count = 1, Connections = run.Settings.Number("connections"), Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client),
        });
        run.End();

        Tell(run);
        var dropped = filter.Packets("dropped");
        run.AlsoAtFabricEnds();
        run.Truth.Figure("packetsDropped", dropped);
        run.Truth.Figure("attemptsFailed", tried.Failed);
        Check(run, tried, dropped);
    }

    /// <summary>The fault happened.</summary>
    protected virtual void Check(PodRun run, RequestReport tried, long dropped)
    {
        run.Truth.Expect(tried.Failed == tried.All.Count, "a connection was opened in spite of the fault");
        run.Truth.Expect(dropped >= tried.All.Count, $"the fabric dropped {dropped} packets for {tried.All.Count} attempts");
    }

    /// <summary>Both captures around the fabric are in the case.</summary>
    protected static bool BothSides(PodRun run) => run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);

    /// <summary>And what says which way packets take into and out of them.</summary>
    protected static bool BothNodes(PodRun run) => BothSides(run) && run.HasDumps(HostRole.NodeA) && run.HasDumps(HostRole.NodeB);

    /// <summary>A port beside that of the load.</summary>
    protected static int Beside(PodRun run) => run.Network.Names.ServerPort == OtherPort ? OtherPort + 1 : OtherPort;

    /// <summary>"ip" or "ip6", as nft calls the family.</summary>
    protected static string Family(PodRun run) => run.Network.Options.Ipv6 ? "ip6" : "ip";

    /// <summary>A second service of the server pod, asked by the client pod some times a second.</summary>
    protected static void AskBeside(PodRun run)
    {
        var to = new System.Net.IPEndPoint(System.Net.IPAddress.Parse(run.Network.ServerPod.Address), Beside(run));
        run.Lab.Own("second service", TrafficServer.Start(run.Network.Server, to, new ServerOptions()));
        RequestClient.Start(run, new RequestOptions { To = to, For = run.Seconds, KeepAlive = false, Pause = TimeSpan.FromMilliseconds(200), Patience = TimeSpan.FromSeconds(1) });
    }
}
