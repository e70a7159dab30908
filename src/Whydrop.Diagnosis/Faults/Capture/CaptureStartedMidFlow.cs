using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>The capture began in the middle of connections.</summary>
internal sealed class CaptureStartedMidFlow : CaptureArtefact
{
    public override string Id => "capture-started-mid-flow";

    public override string Name => "Connections without their beginning";

    public override string Fakes => "Unknown window scale and MSS.";

    public override string Signature => "No SYN in the capture.";

    public override string Handling => "Client and server are told by port; the window scale is not used; MSS is unknown.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.MidFlowFlows > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.MidFlowFlows, $"{c.MidFlowFlows} of {c.Flows} connections were open before the capture began", Handling, [c.From]));
}
