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

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Steps
        .Where(s => s.DiscoveryWorked)
        .GroupBy(s => s.Losses[0].Fate.At)
        .Select(g => new Artefact(
            Id, Name, g.Key, g.Sum(s => s.Losses.Count), $"{g.Sum(s => s.Losses.Count)} datagrams of {g.Min(s => s.SmallestLost)} bytes and more were lost once and followed at once by smaller ones",
            Handling, [.. g.SelectMany(s => s.Losses).Take(12).Select(l => l.From)]));
}
