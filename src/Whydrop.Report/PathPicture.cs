using System.Text;
using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report;

/// <summary>The places packets pass, in one line, with a mark where they die: node-a/eth0 ──✕── node-a/tunl0.</summary>
internal static class PathPicture
{
    private const int MostPlaces = 8;

    /// <returns>The line, and a line below it with the counts; empty when no loss is placed between two points.</returns>
    public static IReadOnlyList<string> Of(ReportModel model)
    {
        var losses = model.Diagnosis.Ledger.Rows.Where(r => r.Lost && r.Segments > 0 && ((Name(r.LastSeen) ?? Name(r.MissingAt)) is not null)).ToList();
        if (losses.Count == 0)
        {
            return [];
        }

        var worst = losses.MaxBy(r => r.Segments)!;
        var hint = worst.MissingAt is null ? model.Answer?.Scope.Interface : null;
        var places = Places(model, worst);
        var line = new StringBuilder();
        var below = new StringBuilder();
        for (var i = 0; i < places.Count; i++)
        {
            line.Append(places[i] ?? (hint is null ? "?" : $"{hint}?"));
            if (i == places.Count - 1)
            {
                break;
            }

            var lost = losses.Where(r => Name(r.LastSeen) == places[i] && Name(r.MissingAt) == places[i + 1]).Sum(r => r.Segments);
            var mark = lost > 0 ? " ──✕──▶ " : " ─────▶ ";
            if (lost > 0)
            {
                below.Append(' ', Math.Max(0, line.Length + 3 - below.Length)).Append($"{Wording.Number(lost)} lost here");
            }

            line.Append(mark);
        }

        return [line.ToString(), below.ToString()];
    }

    // The stated topology, else the order of the places a journey joined, else just the two ends of the loss.
    private static List<string?> Places(ReportModel model, LedgerRow worst)
    {
        string? from = Name(worst.LastSeen), to = Name(worst.MissingAt);
        foreach (var order in new[] { [.. model.Topology], Joined(model.Facts) })
        {
            if (order.Count == 0)
            {
                continue;
            }

            int a = order.IndexOf(from!), b = order.IndexOf(to!);
            if (a >= 0 && b == a + 1)
            {
                return [.. order];
            }

            if (b >= 0 && a == b + 1)
            {
                order.Reverse();
                return [.. order];
            }
        }

        return [from, to];
    }

    private static List<string> Joined(FactSet facts)
    {
        var edges = facts.Of<FlowPairing>().Select(p => (From: Name(p.At)!, To: Name(p.OtherAt)!)).Where(e => e.From != e.To).Distinct().ToList();
        var start = edges.Select(e => e.From).FirstOrDefault(f => !edges.Exists(e => e.To == f));
        var chain = new List<string>();
        while (start is not null && chain.Count < MostPlaces && !chain.Contains(start))
        {
            chain.Add(start);
            var next = edges.Where(e => e.From == start).Select(e => e.To).ToList();

            // A pairing may skip places: the nearest is the one that the other successors are reached from.
            start = next.Find(n => !next.Exists(o => o != n && edges.Contains((o, n)))) ?? next.FirstOrDefault();
        }

        return chain;
    }

    private static string? Name(VantagePoint? at) => at is null || at == VantagePoint.Unknown ? null : Wording.Place(at);
}
