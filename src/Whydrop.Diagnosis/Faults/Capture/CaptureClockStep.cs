using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>Somebody set the clock while the capture ran.</summary>
internal sealed class CaptureClockStep : CaptureArtefact
{
    public override string Id => "capture-clock-step";

    public override string Name => "The clock of the capture stepped";

    public override string Fakes => "Negative round trips, reordering, silence.";

    public override string Signature => "Timestamps go backwards while sequence numbers go on.";

    public override string Handling => "Order of frames is kept; times across a step are not compared.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.BackwardSteps > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.BackwardSteps, $"The clock went backwards {c.BackwardSteps} times by more than a millisecond", Handling, [c.From]));
}
