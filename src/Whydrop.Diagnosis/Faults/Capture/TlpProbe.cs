using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>RFC 8985 §7: the sender repeats its last segment to provoke an answer.</summary>
internal sealed class TlpProbe : CaptureArtefact
{
    public override string Id => "tlp-probe";

    public override string Name => "Tail loss probes";

    public override string Fakes => "Retransmissions.";

    public override string Signature => "One copy of the last segment after about two round trips; answered by D-SACK when nothing was lost.";

    public override string Handling => "Counted apart; a loss only where the receiver lacked the bytes.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.TailLossProbes > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.TailLossProbes, $"{c.TailLossProbes} tail loss probes", Handling, [c.From]));
}
