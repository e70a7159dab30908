using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>The other direction went another way.</summary>
internal sealed class CaptureOneSided : CaptureArtefact
{
    public override string Id => "capture-one-sided";

    public override string Name => "Only one direction captured";

    public override string Fakes => "Loss in one direction.";

    public override string Signature => "A connection with packets of only one of its ends.";

    public override string Handling => "What became of that data is unknown unless the other end is seen to say so.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.OneSidedFlows > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.OneSidedFlows, $"{c.OneSidedFlows} of {c.Flows} connections were captured in one direction only: asymmetric routing, or the wrong device", Handling, [c.From]));
}
