using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>Where in the kernel a capture taps decides what it can see.</summary>
internal sealed class CaptureHookPosition : CaptureArtefact
{
    public override string Id => "capture-hook-position";

    public override string Name => "The capture sits behind the queue";

    public override string Fakes => "Nothing dropped here, or delivered because it was captured.";

    public override string Signature => "Egress drops counted by the device that was captured: the tap of outgoing packets is behind the queue and before the driver.";

    public override string Handling => "Drops of that queue are not in the capture; a packet captured on its way out may still die in the driver or at the veth peer.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.At.Interface is not null)
        .Select(c => (Capture: c, Drops: view.Delta(c.At, "Qdisc.Dropped")))
        .Where(p => p.Drops is { Delta: > 0 })
        .Select(p => new Artefact(
            Id, Name, p.Capture.At, p.Drops!.Value.Delta, $"{p.Drops.Value.Delta} packets were dropped by the queue of {p.Capture.At}, where its capture cannot see them",
            Handling, [p.Capture.From, p.Drops.Value.From]));
}
