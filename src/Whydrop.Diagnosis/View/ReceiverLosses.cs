using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>Lost data that had arrived at the network namespace of its receiver: no link lost it, the kernel there did.</summary>
/// <param name="At">That namespace.</param>
/// <param name="Losses">The lost transmissions.</param>
internal sealed record ReceiverLosses(VantagePoint At, IReadOnlyList<Loss> Losses)
{
    /// <summary>Frames that held them: a super-packet is dropped, and counted, as one.</summary>
    internal long Frames => Losses.Select(l => l.From).Distinct().LongCount();

    /// <summary>All of a case, by namespace. Only ends that own the address are taken: a router in front of the receiver is no end.</summary>
    internal static IReadOnlyList<ReceiverLosses> Find(CaseView view) =>
    [
        .. view.Losses.Where(l => l.LastSeen is not null && l.Placement is not { AbsenceProven: true })
            .Select(l => (Loss: l, End: view.Stacks.End(l.Direction.Connection, l.Direction != view.Trails[l.Direction.Connection].ToServer)))
            .Where(l => l.End is { Proven: true } end && l.Loss.LastSeen!.Stack == end.At)
            .GroupBy(l => l.End!.At).Select(g => new ReceiverLosses(g.Key, [.. g.Select(l => l.Loss)])),
    ];
}
