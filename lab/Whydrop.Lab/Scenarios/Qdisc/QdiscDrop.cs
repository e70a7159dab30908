using Whydrop.Lab.Injectors;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Qdisc;

/// <summary>The queue of a rate limit on the way out of a node, or into a pod, is full and drops.</summary>
public sealed class QdiscDrop : PodScenario
{
    public override string Name => "qdisc-drop";

    public override string Summary => "a rate limit on an egress device (the uplink of a node, or in front of the server pod) queues what exceeds it and drops when its queue is full";

    // Drops that a counter of other things does not agree with by chance.
    private const int Enough = 10;
    private const int MostRounds = 5;

    public override string Fault => "qdisc-drop";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("where", "the device: the uplink of the client's node, or the host's end of the server pod's link", "node", "server-link"),
        LabParameter.Choice("kind", "the discipline: tbf, or a class of htb with a fifo", "tbf", "htb"),
        LabParameter.Number("rate", 12_000, "kbit per second", 1000, 100_000).Drawing(6000, 20_000),
        LabParameter.Number("queue", 40, "how long the queue is, milliseconds at that rate", 5, 500).Drawing(20, 60),
        LabParameter.Number("flows", 3, "connections", 1, 16).Drawing(1, 5),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), Shaper.Needed];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        (NetworkNamespace host, string device, HostRole role) = run.Settings.Word("where") switch
        {
            "server-link" => (network.NodeB, network.ServerPod.HostLink, HostRole.NodeB),
            _ => (network.NodeA, network.Names.Uplink, HostRole.NodeA),
        };
        var rate = run.Settings.Number("rate");
        var shaper = new Shaper(host, device, rate, Math.Max(10_000, rate / 8 * run.Settings.Number("queue")), run.Settings.Word("kind") == "htb");
        run.Inject(shaper);
        run.Begin();
        var before = shaper.Dropped();
        var moved = new List<BulkOutcome>();
        long dropped;
        var rounds = 0;
        do
        {
            // A connection that begins sends more than the queue holds; one that has found the rate fills it again only after seconds.
            moved.AddRange(BulkClient.Run(run, new BulkOptions { Flows = run.Settings.Number("flows"), Bytes = 20_000_000, For = run.Seconds, Log = run.Log(network.Client) }));
            dropped = shaper.Dropped() - before;
        }
        while (dropped < Enough && ++rounds < MostRounds);
        run.End();

        run.Truth.Blame(Fault, host, device, confirmable: run.HasCaptures(role) && run.HasDumps(role), suspectable: run.HasDumps(role) || run.HasCaptures(role));
        if (!run.HasCaptures(role) && !run.HasDumps(role))
        {
            // From afar it is a queue somewhere on the way.
            run.Truth.LooksLike("burst-loss-congestion");
            run.Truth.AlsoAt(network.Client);
        }

        run.Truth.Accompanying("bufferbloat");
        run.Truth.Figure("packetsDropped", dropped);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(dropped >= Enough, $"the queue dropped only {dropped} packets");
    }
}
