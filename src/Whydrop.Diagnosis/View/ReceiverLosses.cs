using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>Lost data that had arrived at the network namespace of its receiver: no link lost it, the kernel there did.</summary>
/// <param name="At">That namespace.</param>
/// <param name="Arrived">The lost transmissions that were seen there.</param>
internal sealed record ReceiverLosses(VantagePoint At, IReadOnlyList<Loss> Arrived)
{
    /// <summary>Frames that held them: a super-packet is dropped, and counted, as one.</summary>
    internal long Frames => Arrived.Select(l => l.From).Distinct().LongCount();

    /// <summary>These, and those of the same directions that no place misses though it is not known which sighting is which transmission.</summary>
    internal IReadOnlyList<Loss> Losses { get; private init; } = Arrived;

    /// <summary>All of a case, by namespace. Only ends that own the address are taken: a router in front of the receiver is no end.</summary>
    internal static IReadOnlyList<ReceiverLosses> Find(CaseView view) =>
    [
        .. view.Losses.Where(l => l.LastSeen is not null && l.Placement is not { AbsenceProven: true })
            .Select(l => (Loss: l, End: view.Stacks.End(l.Direction.Connection, l.Direction != view.Trails[l.Direction.Connection].ToServer)))
            .Where(l => l.End is { Proven: true } end && l.Loss.LastSeen!.Stack == end.At)
            .GroupBy(l => l.End!.At).Select(g => WithUnmissed(view, new ReceiverLosses(g.Key, [.. g.Select(l => l.Loss)]))),
    ];

    private static ReceiverLosses WithUnmissed(CaseView view, ReceiverLosses found)
    {
        var directions = found.Arrived.Select(l => l.Direction).ToHashSet();
        return found with { Losses = [.. found.Arrived.Union(view.Losses.Where(l => l is { Placement: null, SeenLast: null, MissingAt: null } && directions.Contains(l.Direction)))] };
    }
}
