using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>The capture kept only the beginning of each frame.</summary>
internal sealed class CaptureSnaplen : CaptureArtefact
{
    public override string Id => "capture-snaplen";

    public override string Name => "Frames cut to headers";

    public override string Fakes => "Truncated payload, unverifiable checksums.";

    public override string Signature => "Captured length below length on the wire.";

    public override string Handling => "Lengths are taken from the headers; nothing beyond the cut is read.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.CutFrames > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.CutFrames, $"{c.CutFrames} of {c.Frames} frames are cut{(c.SnapLength > 0 ? $" at {c.SnapLength} bytes" : "")}; headers suffice for this diagnosis", Handling, [c.From]));
}
