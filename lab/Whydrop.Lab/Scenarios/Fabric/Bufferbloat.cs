namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A link of the fabric has a queue so long that nothing is dropped and everything is late.</summary>
public sealed class Bufferbloat : SharedQueue
{
    public override string Name => "bufferbloat";

    public override string Summary => "a link of the fabric gets more than it carries and has a very long queue: nothing is lost, the round trip grows with what is under way";

    public override string Fault => "bufferbloat";

    protected override LabParameter Queue => LabParameter.Number("queue", 8000, "how long its queue is, milliseconds at that rate", 4000, 20_000);

    protected override bool HoldsAll => true;
}
