using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>Probes of idle connections repeat a byte on purpose.</summary>
internal sealed class KeepaliveAsRetransmission : CaptureArtefact
{
    public override string Id => "keepalive-as-retransmission";

    public override string Name => "Keep-alive probes";

    public override string Fakes => "Retransmissions.";

    public override string Signature => "At most one byte at the sequence number before the next, answered.";

    public override string Handling => "Counted apart, never as loss.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.KeepAlives > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.KeepAlives, $"{c.KeepAlives} keep-alive probes", Handling, [c.From]));
}
