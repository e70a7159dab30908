using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>The capture itself was too slow.</summary>
internal sealed class CaptureKernelDrops : CaptureArtefact
{
    public override string Id => "capture-kernel-drops";

    public override string Name => "Frames lost by the capture";

    public override string Fakes => "Lost segments.";

    public override string Signature => "Drop counts in the file or in tcpdump's closing lines; ACKs for bytes the capture never saw.";

    public override string Handling => "Bytes acknowledged and never seen count as not captured, never as lost; absence in this capture proves nothing.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.KernelDrops > 0 || c.AckedUnseenSegments > 0)
        .Select(c => new Artefact(Id, Name, c.At, (c.KernelDrops ?? 0) + c.AckedUnseenSegments, $"{c.KernelDrops?.ToString() ?? "An unknown number of"} frames lost by the capture; {c.AckedUnseenSegments} acknowledged segments were never seen", Handling, [c.From]));
}
