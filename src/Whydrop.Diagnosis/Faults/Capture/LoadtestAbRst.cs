using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>A load generator, a health probe or another client ends its connections by RST when it has all it asked for.</summary>
internal sealed class LoadtestAbRst : CaptureArtefact
{
    public override string Id => "loadtest-ab-rst";

    public override string Name => "Clients that end by RST";

    public override string Fakes => "Aborted connections, failed requests.";

    public override string Signature => "RST from the client after the answer, all of it acknowledged or taken, or when the program ends.";

    public override string Handling => "Counted apart, never as a connection in trouble.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Resets
        .Where(r => r is { First: true, FromClient: true, Abnormal: false, AfterLoss: false, ReceivedBytes: > 0, Phase: ResetPhase.Open or ResetPhase.AfterPeerFin or ResetPhase.AfterOwnFin })
        .GroupBy(r => (r.Segment.At, r.Sender.Address))
        .Select(g => new Artefact(
            Id, Name, g.Key.At, g.Count(), $"{g.Count()} connection{(g.Count() == 1 ? "" : "s")} of {g.Key.Address} ended by RST of the client when it had its answer", Handling, [.. g.Select(r => r.From).Take(8)]));
}
