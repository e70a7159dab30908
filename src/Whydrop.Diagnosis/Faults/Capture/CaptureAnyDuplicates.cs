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
        .Concat(view.Captures.Where(c => c.AnyDevice).GroupBy(c => c.From.Source).Select(g => AcrossInterfaces(view, [.. g])).OfType<Artefact>());

    /// <summary>A file taken with -i any that says of each packet on which interface it was seen: a packet that crosses two is in it twice.</summary>
    private Artefact? AcrossInterfaces(CaseView view, IReadOnlyList<CaptureSummary> parts)
    {
        var captures = parts.Select(c => c.Capture).ToHashSet();
        var (copies, withData, again) = (0L, 0L, 0L);
        foreach (var trail in view.Trails)
        {
            var seen = trail.Flows.Where(f => captures.Contains(f.Capture)).ToArray();
            if (seen.Length == 0)
            {
                continue;
            }

            var most = seen.MaxBy(f => f.Frames)!;
            copies += seen.Sum(f => f.Frames) - most.Frames;
            withData += seen.Sum(Data) - Data(most);
            again += most.FromClient.Retransmissions + most.FromServer.Retransmissions;
        }

        return copies == 0 ? null : new Artefact(
            Id, Name, parts[0].At.Stack, copies,
            $"{copies} of {parts.Sum(c => c.Frames)} frames are copies of a packet on another interface of {parts[0].At.Node ?? "the node"} (taken with -i any): {withData} of them carry data and look like retransmissions, against {again} true one{(again == 1 ? "" : "s")}",
            Handling, [parts[0].From]);
    }

    private static long Data(TcpFlow f) => f.FromClient.Segments + f.FromServer.Segments;
}
