using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A security group or network ACL between the nodes lets a port not pass.</summary>
public sealed class SgNaclDrop : FabricFilter
{
    private const int LowestRefused = 40000;

    public override string Name => "sg-nacl-drop";

    public override string Summary => "an access list of the fabric drops one port, or the answers to some client ports; no host knows of it";

    public override string Fault => "sg-nacl-drop";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "an access list cannot look into a tunnel", "none"),
        LabParameter.Choice("drops", "SYNs to the port, SYN-ACKs from it, or answers to client ports above 40000 only", "port", "answers", "return-range"),
        LabParameter.Choice("others", "also asks another port of the same pod, which passes", "same-pod", "none").Drawing("same-pod", "same-pod", "none"),
    ];

    protected override string Rules(PodRun run)
    {
        var network = run.Network;
        var (ip, pod, port) = (Family(run), network.ServerPod.Address, network.Names.ServerPort);
        return run.Settings.Word("drops") switch
        {
            "answers" => $"iifname \"to-b\" {ip} saddr {pod} tcp sport {port} counter name dropped drop",
            "return-range" => $"iifname \"to-b\" tcp dport {LowestRefused}-65535 counter name dropped drop",
            _ => $"iifname \"to-a\" {ip} daddr {pod} tcp dport {port} counter name dropped drop",
        };
    }

    protected override void Others(PodRun run)
    {
        if (run.Settings.Word("drops") == "return-range")
        {
            // Beside them a client whose ports the list knows, each port once.
            RequestClient.Start(run, new RequestOptions
            {
                For = run.Seconds, KeepAlive = false, Pause = TimeSpan.FromMilliseconds(200), LocalPorts = [.. Enumerable.Range(0, 40).Select(i => 32801 + (i * 173))], Patience = run.Seconds,
            });
        }
        else if (run.Settings.Word("others") == "same-pod")
        {
            AskBeside(run);
        }
    }

    protected override RequestOptions Clients(PodRun run) => run.Settings.Word("drops") == "return-range"
        ? new RequestOptions { LocalPorts = [.. Enumerable.Range(0, run.Settings.Number("connections")).Select(i => LowestRefused + 700 + (1013 * i))] }
        : new RequestOptions();

    protected override void Tell(PodRun run)
    {
        var decided = run.Settings.Word("drops") == "return-range" || run.Settings.Word("others") == "same-pod";
        run.Truth.Blame(Fault, at: null, confirmable: BothNodes(run) && decided, suspectable: BothNodes(run));
        if (!decided)
            run.Truth.LooksLike("anti-spoofing-srcdst-check");

        // What the list refuses towards the server was never there.
        run.Truth.Unseen(run.Settings.Word("drops") == "port" && run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA));
    }
}
