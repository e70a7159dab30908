using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>Two programs of the client pod use different congestion control on a path that loses a little.</summary>
public sealed class CcMismatch : PodScenario
{
    public override string Name => "cc-mismatch";

    public override string Summary => "two programs of the client pod use different congestion control: a little loss makes the one slow and not the other";

    public override string Fault => "cc-mismatch";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 10, "packets lost of 1000", 1, 100).Drawing(6, 20),
        LabParameter.Number("delay", 15, "milliseconds that every packet takes in each direction", 1, 100).Drawing(10, 25),
        LabParameter.Number("seconds", 4, "how long the load runs", 3, 60),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off"),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "counters", "client"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        foreach (var chain in (EffectChain[])[box.ToServer, box.ToClient])
            chain.Add(new Delay(TimeSpan.FromMilliseconds(run.Settings.Number("delay"))));
        run.WarmUp();
        box.ToServer.Add(new RandomDrop(run.Settings.Number("per-mille") / 1000.0));
        run.Begin();

        // More than loss leaves to the one that heeds it, which grows with the size of the segments (RFC 3649 section 2).
        var rate = 2_500 * run.Settings.Number("mtu") / 1500 * 1000;
        var loads = ((string[])["cubic", "bbr"]).Select(name => BulkClient.Start(
            run, new BulkOptions { Bytes = 400_000_000, For = run.Seconds * 3, BytesPerSecond = rate, Patience = run.Seconds * 3, CongestionControl = name })).ToList();
        run.Pause(run.Seconds);
        run.End();
        loads.ForEach(l => l.Dispose());

        run.Truth.Blame(Fault, network.Client, confirmable: false, suspectable: run.HasDumps(HostRole.Client));
        // The loss is what the one suffers from and the other does not.
        run.Truth.AlsoTrue("random-loss");
        run.AlsoAtFabricEnds();
        run.Truth.Expect(box.Overruns() == 0, $"{box.Overruns()} packets were lost before the middlebox");
    }
}
