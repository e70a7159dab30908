using Whydrop.Lab.Injectors;
using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A policer between the nodes drops what exceeds its rate.</summary>
public sealed class RatePolicer : PodScenario
{
    public override string Name => "rate-policer";

    public override string Summary => "the path between the nodes drops what exceeds a rate; nothing is queued";

    public override string Fault => "rate-policer";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("rate", 1500, "kbytes per second", 100, 100_000).Drawing(700, 4000),
        LabParameter.Number("burst", 64, "kbytes that may pass at once", 8, 1000).Drawing(32, 200),
        LabParameter.Choice("by", "what polices: firewall rules (the nodes then cut segments themselves), or a box in the fabric", "rules", "box"),
        LabParameter.Choice("direction", "which way is limited", "request", "response"),
        LabParameter.Number("flows", 2, "connections", 1, 16).Drawing(1, 5),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), .. settings.Word("by") == "box" ? [Need.Tun] : Array.Empty<Need>()];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve(new ServerOptions { BytesPerSecond = 3 * 1000 * run.Settings.Number("rate") });
        var (rate, burst, toServer) = (run.Settings.Number("rate"), run.Settings.Number("burst"), run.Settings.Word("direction") == "request");
        var box = run.Settings.Word("by") == "box" ? Middlebox.Insert(run.Lab, network, run.Settings.Number("seed")) : null;
        run.WarmUp();
        if (box is null)
            network.SegmentAtUplinks();
        var bucket = box is null ? null : (toServer ? box.ToServer : box.ToClient).Add(new TokenBucket(1000.0 * rate, 1000.0 * burst));
        var rules = new Ruleset(network.Fabric, $"more than {rate} kbytes/second is dropped", $$"""
            table inet policer {
              counter exceeded {}
              chain forward {
                type filter hook forward priority filter; policy accept;
                iifname "{{(toServer ? "to-a" : "to-b")}}" limit rate over {{rate}} kbytes/second burst {{burst}} kbytes counter name exceeded drop
              }
            }
            """);
        if (box is null)
            run.Inject(rules);
        run.Begin();
        var moved = BulkClient.Run(run, new BulkOptions
        {
            Flows = run.Settings.Number("flows"), Bytes = 20_000_000, BytesPerSecond = 3 * 1000 * rate, Download = !toServer, For = run.Seconds, Log = run.Log(network.Client),
        });
        run.End();

        var dropped = bucket?.Count ?? rules.Packets("exceeded");
        run.BlameFabric(Fault, suspectable: run.WatchesSender(toServer));
        run.Truth.Figure("packetsDropped", dropped);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(dropped >= 30, $"the policer dropped only {dropped} packets");
        run.Truth.Expect((box?.Overruns() ?? 0) == 0, "packets were lost before the middlebox");
    }
}
