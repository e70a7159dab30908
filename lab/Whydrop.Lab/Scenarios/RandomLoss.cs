using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios;

/// <summary>The fabric between the nodes loses packets by chance.</summary>
public sealed class RandomLoss : PodScenario
{
    public override string Name => "random-loss";

    public override string Summary => "a link between the nodes loses packets of any size, flow and time with one small probability";

    public override string Fault => "random-loss";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 20, "packets lost of 1000", 5, 200).Drawing(10, 50),
        LabParameter.Choice("by", "what drops them: firewall rules, or the kernel's network emulator (in the virtual machine)", "rules", "netem").Drawing("rules"),
        LabParameter.Choice("direction", "which way loses", "request", "response", "both"),
        LabParameter.Number("flows", 4, "connections", 1, 32).Drawing(2, 8),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), .. settings.Word("by") == "netem" ? Netem.Needs : []];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        var direction = run.Settings.Word("direction");
        string Drop(string way, string device, string counter) => direction == way || direction == "both"
            ? $"iifname \"{device}\" numgen random mod 1000 < {run.Settings.Number("per-mille")} counter name {counter} drop"
            : "";
        Netem? Emulator(string way, string device) => run.Settings.Word("by") == "netem" && (direction == way || direction == "both")
            ? new Netem(network.Fabric, device, $"loss random {run.Settings.Number("per-mille") / 10.0:0.0}%")
            : null;
        var loss = new Ruleset(network.Fabric, $"{run.Settings.Number("per-mille")} of 1000 packets are lost", $$"""
            table inet bad-link {
              counter to-server {}
              counter to-client {}
              chain forward {
                type filter hook forward priority filter; policy accept;
                {{Drop("request", "to-a", "to-server")}}
                {{Drop("response", "to-b", "to-client")}}
              }
            }
            """);
        var (toServer, toClient) = (Emulator("request", "to-b"), Emulator("response", "to-a"));
        if (run.Settings.Word("by") == "rules")
            run.Inject(loss);
        foreach (var emulator in new[] { toServer, toClient }.OfType<Netem>())
            run.Inject(emulator);
        run.Begin();
        var download = direction == "response";
        var moved = BulkClient.Run(run, new BulkOptions
        {
            Flows = run.Settings.Number("flows"),
            Bytes = 3_000_000,
            Download = download,
            For = run.Seconds,
            Log = run.Log(network.Client),
        });
        run.End();

        var lost = run.Settings.Word("by") == "rules" ? loss.Packets("to-server") + loss.Packets("to-client") : (toServer?.Dropped() ?? 0) + (toClient?.Dropped() ?? 0);
        var bothSides = run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);
        run.Truth.Blame(Fault, at: null, confirmable: bothSides, suspectable: run.Evidence.Captured.Count > 0);
        run.Truth.AlsoAt(network.NodeA, network.Names.Uplink);
        run.Truth.AlsoAt(network.NodeB, network.Names.Uplink);
        run.Truth.Figure("packetsLost", lost);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(lost >= 10, $"only {lost} packets were lost");
    }
}
