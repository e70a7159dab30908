using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>What a pod sends out of the cluster leaves with the pod's own address, to which no outside network knows a way back.</summary>
public sealed class MasqueradeMissing : PodScenario
{
    public override string Name => "masquerade-missing-or-excess";

    public override string Summary => "connections of a pod to a host outside the cluster leave its node with the pod's address; no answer finds its way back";

    public override string Fault => "masquerade-missing-or-excess";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("overlay", "between the nodes", "vxlan", "ipip"),
        LabParameter.Number("connections", 4, "clients that try", 2, 20).Drawing(2, 8),
    ];

    protected override void Play(PodRun run)
    {
        // Pod traffic between the nodes goes through the overlay: the fabric knows no pods, as an outside network.
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        var outside = run.Lab.AddNamespace("outside");
        var (a, bits) = (network.Addresses, network.Addresses.NetworkBits);
        network.Fabric.IpLines($"link add to-out type veth peer name eth0 netns {outside.Name}", "link set to-out up", $"addr add {a.FabricOutside}/{bits} dev to-out{a.AtOnce}");
        if (!network.Options.Ipv6)
            outside.Sysctl("net.ipv6.conf.all.disable_ipv6=1");
        outside.IpLines("link set eth0 up", $"addr add {a.Outside}/{bits} dev eth0{a.AtOnce}", $"route add {a.Default} via {a.FabricOutside} dev eth0");
        var target = new System.Net.IPEndPoint(System.Net.IPAddress.Parse(a.Outside), network.Names.ServerPort);
        run.Lab.Own("server outside", TrafficServer.Start(outside, target, new ServerOptions()));
        run.Begin();
        var tried = RequestClient.Run(run, new RequestOptions
        {
            Count = 1, Connections = run.Settings.Number("connections"), Patience = run.Seconds, Reconnects = false, To = target, Log = run.Log(network.Client),
        });
        var node = RequestClient.Run(run, new RequestOptions { Count = 1, Connections = 2, Patience = run.Seconds, From = network.NodeA, To = target });
        run.End();

        run.Truth.Blame(Fault, network.NodeA, confirmable: false, suspectable: run.HasCaptures(HostRole.NodeA) && run.HasDumps(HostRole.NodeA));
        run.Truth.Unseen(run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client));
        run.Truth.Figure("attemptsFailed", tried.Failed);
        run.Truth.Expect(tried.Failed == tried.All.Count, "a pod got an answer from outside");
        run.Truth.Expect(node.Failed == 0, "the node itself got no answer from outside");
    }
}
