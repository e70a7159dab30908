using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>A sender asks whether a closed window has opened.</summary>
internal sealed class ZeroWindowProbeAsRetransmission : CaptureArtefact
{
    public override string Id => "zero-window-probe-as-retransmission";

    public override string Name => "Zero-window probes";

    public override string Fakes => "Retransmissions.";

    public override string Signature => "At most one byte sent while the receiver announces a window of 0.";

    public override string Handling => "Counted apart, never as loss.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.ZeroWindowProbes > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.ZeroWindowProbes, $"{c.ZeroWindowProbes} probes of a closed window: the receiver does not read", Handling, [c.From]));
}
