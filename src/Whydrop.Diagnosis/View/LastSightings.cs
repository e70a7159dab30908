using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds for lost transmissions that no capture missed the sighting nearest to their receiver.</summary>
internal static class LastSightings
{
    internal static List<Loss> Fill(CaseView view, List<Loss> losses)
    {
        var open = losses.Where(l => l is { Placement: null, Fate.Fate: Fate.LostAfter }).ToArray();
        if (open.Length == 0)
        {
            return losses;
        }

        var seen = view.Facts.Of<SegmentFate>().Where(f => f.Fate == Fate.LostAfter)
            .ToLookup(f => (Key: new FlowKey(f.Capture, f.Flow), Bytes: view.ControlKey(new FlowKey(f.Capture, f.Flow), f.FromClient, f.Sequence), f.Length));
        var found = new Dictionary<Loss, SegmentFate>(ReferenceEqualityComparer.Instance);
        foreach (var same in open.GroupBy(l => (Bytes: view.ControlKey(new FlowKey(l.Fate.Capture, l.Fate.Flow), l.Fate.FromClient, l.Fate.Sequence), l.Fate.Length)))
        {
            // Each transmission of these bytes must be there again: where one is missing nobody knows which.
            var last = view.Connections.FromSender(same.Key.Bytes.Direction).Skip(1).Reverse().Select(key => seen[(key, same.Key.Bytes, same.Key.Length)].ToArray())
                .FirstOrDefault(f => f.Length > 0);
            if (last?.Length == same.Count())
            {
                foreach (var (loss, fate) in same.OrderBy(l => l.Fate.Sent).Zip(last.OrderBy(f => f.Sent)))
                {
                    found[loss] = fate;
                }
            }
        }

        return [.. losses.Select(l => found.TryGetValue(l, out var fate) ? l with { SeenLast = fate } : l)];
    }
}
