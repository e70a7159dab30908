namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>The queue of a shared link of the fabric overflows.</summary>
public sealed class BurstLossCongestion : SharedQueue
{
    public override string Name => "burst-loss-congestion";

    public override string Summary => "a link of the fabric gets more than it carries: its queue grows, overflows and drops neighbouring packets of all connections; no node counts that";

    public override string Fault => "burst-loss-congestion";

    protected override LabParameter Queue => LabParameter.Number("queue", 40, "how long its queue is, milliseconds at that rate", 10, 500).Drawing(20, 80);

    protected override bool HoldsAll => false;
}
