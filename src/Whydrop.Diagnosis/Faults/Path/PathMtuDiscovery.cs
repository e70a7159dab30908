using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>RFC 1191: the first full-size datagram is the probe, and its loss is the answer.</summary>
internal sealed class PathMtuDiscovery : CaptureArtefact
{
    public override string Id => "path-mtu-discovery";

    public override string Name => "Path MTU discovery at work";

    public override string Fakes => "A path MTU black hole.";

    public override string Signature => "Datagrams above one size lost once, then the same bytes delivered in smaller ones at once.";

    public override string Handling => "These losses are accounted for and are no fault; lowering the MTU of the senders would save them.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Benign
        .GroupBy(l => l.LastSeen ?? l.Fate.At)
        .Select(g => new Artefact(
            Id, Name, g.Key, g.Count(),
            $"{g.Count()} {(g.Count() == 1 ? "datagram" : "datagrams")} of {g.Min(l => l.DatagramLength)} bytes {(g.Count() == 1 ? "was" : "or more were")} lost once, and the same bytes followed at once in smaller ones",
            Handling, [.. g.Take(12).Select(l => l.From)]));
}
