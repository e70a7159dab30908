using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Tunnel;

/// <summary>The uplink of a node is narrower than the pods' links, ICMP is filtered, and nobody lowers the MSS that the ends announce.</summary>
public sealed class MssClampMissing : LargeLost
{
    public override string Name => "mss-clamp-missing";

    public override string Summary => "a node's uplink takes less than the pods announce to each other, ICMP is filtered, and no rule clamps the MSS; with the clamp all is well";

    public override string Fault => "mss-clamp-missing";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "between the nodes", "none"),
        LabParameter.Number("mtu", 1420, "MTU of the fabric and the nodes' uplinks, bytes; the pods' links take 1500", 1300, 1498).Drawing(1300, 1490),
        LabParameter.Choice("clamp", "a rule of the nodes lowers the MSS to what the way takes: then nothing is lost", "absent", "present").Drawing("absent", "absent", "absent", "present"),
    ];

    protected override bool Stalls(PodRun run) => run.Settings.Word("clamp") == "absent";

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.PodMtu = 1500;

    protected override void Break(PodRun run)
    {
        foreach (var node in new[] { run.Network.NodeA, run.Network.NodeB })
        {
            run.Inject(new TooBigFilter(node, leaving: true));
            if (!Stalls(run))
            {
                run.Inject(new Ruleset(node, "clamps the MSS", """
                    table inet clamp {
                      chain forward {
                        type filter hook forward priority mangle; policy accept;
                        tcp flags syn counter tcp option maxseg size set rt mtu
                      }
                    }
                    """));
            }
        }
    }

    protected override void Tell(PodRun run)
    {
        if (!Stalls(run))
            return;
        var (node, role) = (Sending(run), SendingRole(run));
        run.Truth.Blame("pmtu-blackhole", node, run.Network.Names.Uplink, confirmable: run.HasCaptures(role) && run.HasDumps(role), suspectable: run.WatchesSender(!FromServer(run)));
        if (run.HasCaptures(role) && run.HasDumps(role))
            run.Truth.Beside(Fault);
    }
}
