using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Tunnel;

/// <summary>What the nodes wrap is cut into fragments, and some fragments do not arrive or are not put together.</summary>
public sealed class FragmentLoss : LargeLost
{
    public override string Name => "fragment-loss";

    public override string Summary => "wrapped datagrams leave in fragments; the fabric drops all but the first, or the receiving node has no memory to put them together";

    public override string Fault => "fragment-loss";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "IP-in-IP on tunl0 without DF outside", "ipip"),
        LabParameter.Choice("by", "the fabric, which drops all but first fragments; the receiver, which has no memory for them; nobody (healthy)", "fabric", "receiver", "nobody").Drawing("fabric", "fabric", "receiver", "nobody"),
    ];

    protected override bool Stalls(PodRun run) => run.Settings.Word("by") != "nobody";

    protected override void Shape(PodNetworkOptions options, LabSettings settings)
    {
        options.OuterDontFragment = false;
        options.OverlayMtu = options.UnderlayMtu;
    }

    protected override void Break(PodRun run)
    {
        var network = run.Network;
        if (run.Settings.Word("by") == "fabric")
        {
            run.Inject(new Ruleset(network.Fabric, "drops all but first fragments", """
                table inet cloud {
                  counter dropped {}
                  chain acl {
                    type filter hook forward priority filter; policy accept;
                    ip frag-off & 0x1fff != 0 counter name dropped drop
                    frag frag-off != 0 counter name dropped drop
                  }
                }
                """));
        }
        else if (Stalls(run))
        {
            foreach (var node in new[] { network.NodeA, network.NodeB })
                node.Sysctl("net.ipv4.ipfrag_low_thresh=0", "net.ipv4.ipfrag_high_thresh=1", "net.ipv6.ip6frag_low_thresh=0", "net.ipv6.ip6frag_high_thresh=1", "net.netfilter.nf_conntrack_frag6_low_thresh=0", "net.netfilter.nf_conntrack_frag6_high_thresh=1");
        }
    }

    protected override void Tell(PodRun run)
    {
        if (!Stalls(run))
            return;
        var (network, receiver) = (run.Network, FromServer(run) ? HostRole.NodeA : HostRole.NodeB);
        var node = FromServer(run) ? network.NodeA : network.NodeB;
        if (run.Settings.Word("by") == "fabric")
        {
            // The pod behind the node that reassembles sees neither fragments nor what became of them; connection tracking of IPv6 puts them together uncounted (net/ipv6/netfilter/nf_conntrack_reasm.c).
            var counted = run.HasDumps(receiver) && run.Settings.Word("family") == "4";
            run.BlameFabric(Fault, suspectable: run.WatchesSender(!FromServer(run)) || run.HasCaptures(receiver) || counted);
            run.Truth.AlsoAt(node);
        }
        else
        {
            run.Truth.Blame(Fault, node, confirmable: run.HasCaptures(receiver) && run.HasDumps(receiver), suspectable: run.HasCaptures(receiver) || run.HasDumps(receiver));
        }

        run.Truth.Accompanying("overlay-mtu-too-big");
    }
}
