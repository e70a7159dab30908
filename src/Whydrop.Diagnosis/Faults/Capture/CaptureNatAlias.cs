using Whydrop.Diagnosis.View;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>NAT gives a connection other addresses on the other side.</summary>
internal sealed class CaptureNatAlias : CaptureArtefact
{
    public override string Id => "capture-nat-alias";

    public override string Name => "One connection under two names";

    public override string Fakes => "Two connections.";

    public override string Signature => "The same sequence numbers and payload under different addresses or ports.";

    public override string Handling => "Joined: each transmission is counted once, at the sighting nearest to its sender.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Facts.Of<FlowPairing>()
        .Where(p => p.Translated)
        .GroupBy(p => (p.At, p.OtherAt))
        .Select(g => new Artefact(
            Id, Name, g.Key.At, g.Count(), $"{g.Count()} connections have other addresses or ports at {g.Key.OtherAt}: NAT between the two", Handling,
            [.. g.Take(5).Select(p => p.From)]));
}
