using Whydrop.Diagnosis.View;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>One packet captured on several interfaces, by a mirror or a bridge.</summary>
internal sealed class CaptureAnyDuplicates : CaptureArtefact
{
    public override string Id => "capture-any-duplicates";

    public override string Name => "The same packet captured several times";

    public override string Fakes => "Retransmissions, duplicate ACKs, loops.";

    public override string Signature => "The same IP identification, sequence number and checksum again within a millisecond on another interface, TTL equal or one lower.";

    public override string Handling => "Copies are removed before any connection is looked at; each interface is a place of its own. Capture named interfaces instead.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.CopiedFrames > 0 || c.RoutedCopies > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.CopiedFrames, $"{c.CopiedFrames} of {c.Frames} frames are copies of a packet already captured{(c.AnyDevice ? " (taken with -i any)" : "")}, {c.RoutedCopies} of them after routing: none of them is a retransmission", Handling, [c.From]))
        .Concat(InterfaceCopies.Find(view).Select(c => new Artefact(
            Id, Name, c.At, c.Copies,
            $"{c.Copies} of {c.Frames} frames are copies of a packet on another interface of {c.At.Node ?? "the node"} (taken with -i any): {c.WithData} of them carry data and look like retransmissions, against {c.Retransmissions} true one{(c.Retransmissions == 1 ? "" : "s")}",
            Handling, [c.From])));
}
