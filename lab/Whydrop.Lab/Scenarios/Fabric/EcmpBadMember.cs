using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>Of two spines that flows are spread over, one loses packets.</summary>
public sealed class EcmpBadMember : PodScenario
{
    public override string Name => "ecmp-bad-member";

    public override string Summary => "flows are spread over two spines by their ports; one of the spines loses packets, so some connections suffer and the others do not";

    public override string Fault => "ecmp-bad-member";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 50, "packets lost of 1000 on the bad spine", 10, 1000).Drawing(30, 120),
        LabParameter.Number("flows", 16, "connections", 8, 64).Drawing(12, 24),
        LabParameter.Choice("overlay", "between the nodes: without an overlay the flows are spread by their own ports", "none"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Spines = true;

    protected override void Play(PodRun run)
    {
        var (network, perMille, flows) = (run.Network, run.Settings.Number("per-mille"), run.Settings.Number("flows"));
        // A veth pair hands the sender's own hash on, which TCP changes after a time-out; a switch hashes addresses and ports only.
        network.Client.Sysctl("net.core.txrehash=0");
        network.Server.Sysctl("net.core.txrehash=0");
        run.Serve();
        run.WarmUp();
        network.SegmentAtUplinks();
        var bad = new Ruleset(network.Spines[1], $"{perMille} of 1000 packets to the server are lost", $$"""
            table inet bad-member {
              counter lost {}
              counter passed {}
              chain forward {
                type filter hook forward priority filter; policy accept;
                iifname "to-leaf-a" meta l4proto tcp counter name passed
                iifname "to-leaf-a" meta l4proto tcp numgen random mod 1000 < {{perMille}} counter name lost drop
              }
            }
            """);
        run.Inject(bad);
        run.Begin();
        var moved = BulkClient.Run(run, new BulkOptions { Flows = flows, Bytes = 1_000_000, BytesPerSecond = 600_000, For = run.Seconds, Log = run.Log(network.Client) });
        run.End();

        run.BlameFabric(Fault);
        run.Truth.Figure("packetsLost", bad.Packets("lost"));
        run.Truth.Figure("packetsOfBadMember", bad.Packets("passed"));
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(bad.Packets("lost") >= 20, $"only {bad.Packets("lost")} packets were lost");
    }
}
