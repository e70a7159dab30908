using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>The fabric passes packets of a node only from (and to) the addresses it gave the node itself.</summary>
public sealed class AntiSpoofingSrcdstCheck : FabricFilter
{
    public override string Name => "anti-spoofing-srcdst-check";

    public override string Summary => "the fabric drops packets whose source is not the address of the node they come from: pods without an overlay";

    public override string Fault => "anti-spoofing-srcdst-check";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "a tunnel has the node's address outside", "none"),
        LabParameter.Choice("at", "nodes whose port checks", "both", "node-a"),
        LabParameter.Choice("check", "source addresses, or destination addresses too", "source", "both"),
        LabParameter.Choice("others", "node-a also asks the server pod itself", "node", "none").Drawing("node", "node", "none"),
    ];

    protected override string Rules(PodRun run)
    {
        var (ip, a) = (Family(run), run.Network.Addresses);
        var rules = $"iifname \"to-a\" {ip} saddr != {a.NodeA} counter name dropped drop\n";
        if (run.Settings.Word("at") == "both")
            rules += $"iifname \"to-b\" {ip} saddr != {a.NodeB} counter name dropped drop\n";
        if (run.Settings.Word("check") == "both")
            rules += $"oifname \"to-b\" {ip} daddr != {a.NodeB} counter name dropped drop\n";
        return rules;
    }

    protected override void Others(PodRun run)
    {
        if (run.Settings.Word("others") == "node")
        {
            RequestClient.Start(run, new RequestOptions
            {
                From = run.Network.NodeA, To = run.Network.ServerEndPoint, For = run.Seconds, KeepAlive = false, Pause = TimeSpan.FromMilliseconds(500), Patience = TimeSpan.FromSeconds(1),
            });
            // Pods ask other services too, and other nodes.
            AskBeside(run);
        }
    }

    protected override void Tell(PodRun run)
    {
        var decided = run.Settings.Word("others") == "node";
        run.Truth.Blame(Fault, at: null, confirmable: BothNodes(run) && decided && run.Settings.Word("check") == "source", suspectable: BothNodes(run));
        // Before node-b all is dropped, or all but what node-a asks from its own address, whose answers are dropped behind it.
        run.Truth.Unseen(run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA)
            && (run.Settings.Word("at") == "node-a" || run.Settings.Word("check") == "both" || !decided));
        // A route that is missing in the fabric, or a list of addresses, looks the same where no packet says that the source decides.
        if (!decided || run.Settings.Word("check") == "both")
            run.Truth.LooksLike("sg-nacl-drop");
    }
}
