using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A link of the fabric is slower than what is sent into it; what differs is how long its queue is.</summary>
public abstract class SharedQueue : PodScenario
{
    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("rate", 12_000, "kbit per second of the link", 1000, 100_000).Drawing(6000, 20_000),
        Queue,
        LabParameter.Number("flows", 4, "connections", 1, 16).Drawing(3, 6),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    /// <summary>Length of the queue in milliseconds.</summary>
    protected abstract LabParameter Queue { get; }

    /// <summary>The queue is so long that it drops nothing.</summary>
    protected abstract bool HoldsAll { get; }

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), Shaper.Needed];

    protected override void Play(PodRun run)
    {
        var (network, rate, flows) = (run.Network, run.Settings.Number("rate"), run.Settings.Number("flows"));
        run.Serve();
        run.WarmUp();
        network.SegmentAtUplinks();
        var queue = Math.Max(10_000, rate / 8 * run.Settings.Number("queue"));
        var link = new Shaper(network.Fabric, "to-b", rate, queue);
        run.Inject(link);
        run.Begin();
        // What fits into the queue can only stand in it: half of that at once.
        var moved = BulkClient.Run(run, new BulkOptions { Flows = flows, Bytes = HoldsAll ? Math.Min(20_000_000, rate / 8 * 1000 * (int)run.Seconds.TotalSeconds / flows) : 20_000_000, For = run.Seconds, Log = run.Log(network.Client) });
        run.End();

        // What arrives behind a queue tells neither when it was sent nor, where nothing is lost, that it waited.
        run.BlameFabric(Fault, suspectable: run.WatchesSender(toServer: true));
        run.Truth.Unseen(HoldsAll && !run.WatchesSender(toServer: true));
        run.Truth.Accompanying("bufferbloat");
        run.Truth.Figure("packetsDropped", link.Dropped());
        run.Truth.Figure("queueBytes", queue);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(HoldsAll ? link.Dropped() == 0 : link.Dropped() >= 20, $"the queue dropped {link.Dropped()} packets");
    }
}
