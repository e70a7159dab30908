using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Sums the fates of a case. Exact totals come from <see cref="FateTally"/>; what several captures saw of one connection is taken off again.</summary>
internal static class LedgerBuilder
{
    internal static Ledger Build(CaseView view)
    {
        var totals = new Dictionary<Fate, (long Segments, long Bytes, long Unique)>();
        foreach (var tally in view.Facts.Of<FateTally>())
        {
            Add(totals, tally.Fate, Transmissions(view, tally), tally.Bytes, tally.UniqueBytes);
        }

        TakeOffFartherSightings(view, totals);
        var rows = new List<LedgerRow>();
        rows.AddRange(Losses(view, totals));
        rows.AddRange(totals.Where(t => t.Key is not (Fate.LostAfter or Fate.LostBefore) && (t.Value.Segments > 0 || t.Value.Bytes > 0))
            .OrderBy(t => t.Key == Fate.Delivered).ThenBy(t => t.Key)
            .Select(t => new LedgerRow(t.Key, null, null, false, t.Value.Segments, t.Value.Bytes, Math.Min(t.Value.Bytes, t.Value.Unique), 0)));
        return new Ledger(rows, rows.Sum(r => r.UniqueBytes), 0, 0);
    }

    /// <summary>A hole is one fact, whatever segments it held; when all holes of a capture are known, they are counted as these.</summary>
    private static long Transmissions(CaseView view, FateTally tally)
    {
        if (tally.Fate != Fate.LostBefore)
        {
            return tally.Segments;
        }

        var holes = view.Facts.Of<SegmentFate>().Where(f => f.Capture == tally.Capture && f.Fate == Fate.LostBefore).ToArray();
        return holes.Sum(h => (long)h.Length) == tally.Bytes ? holes.Length : tally.Segments;
    }

    /// <summary>Fills in how much of the losses the standing verdicts account for.</summary>
    internal static Ledger Explain(Ledger ledger, IReadOnlySet<Loss> explained, IReadOnlyList<Loss> losses)
    {
        var rows = new List<LedgerRow>(ledger.Rows.Count);
        foreach (var row in ledger.Rows)
        {
            var covered = row.Lost ? losses.Count(l => explained.Contains(l) && RowOf(l) == (row.Fate, row.LastSeen, row.MissingAt, row.PlaceProven)) : 0;
            rows.Add(row with { Explained = covered });
        }

        var lostBytes = ledger.LostBytes;
        var explainedBytes = explained.Sum(l => (long)l.Length);
        var unexplained = Math.Max(0, ledger.LostSegments - explained.Count);
        return ledger with { Rows = rows, Unexplained = unexplained, UnexplainedBytes = unexplained == 0 ? 0 : Math.Max(0, lostBytes - explainedBytes) };
    }

    private static (Fate Fate, VantagePoint? LastSeen, VantagePoint? MissingAt, bool Proven) RowOf(Loss loss) =>
        (loss.Fate.Fate == Fate.LostBefore ? Fate.LostBefore : Fate.LostAfter, loss.LastSeen, loss.MissingAt, loss.Placement?.AbsenceProven ?? false);

    private static List<LedgerRow> Losses(CaseView view, Dictionary<Fate, (long Segments, long Bytes, long Unique)> totals)
    {
        var rows = view.Losses
            .GroupBy(RowOf)
            .Select(g => new LedgerRow(
                g.Key.Fate, g.Key.LastSeen, g.Key.MissingAt, g.Key.Proven, g.Count(), g.Sum(l => (long)l.Length),
                g.Sum(l => UniqueOf(l.Fate)), 0))
            .OrderByDescending(r => r.Segments)
            .ToList();

        // A transmission this capture could not judge and another one proved lost: move it from Unknown.
        var moved = view.Losses.Where(l => l.Fate.Fate == Fate.Unknown).ToArray();
        Add(totals, Fate.Unknown, -moved.Length, -moved.Sum(l => (long)l.Length), -moved.Sum(l => UniqueOf(l.Fate)));
        Add(totals, Fate.LostAfter, moved.Length, moved.Sum(l => (long)l.Length), moved.Sum(l => UniqueOf(l.Fate)));

        // Beyond the limit of details only the totals are known.
        foreach (var fate in new[] { Fate.LostAfter, Fate.LostBefore })
        {
            var total = totals.GetValueOrDefault(fate);
            var detailed = rows.Where(r => r.Fate == fate).ToArray();
            var missing = total.Segments - detailed.Sum(r => r.Segments);
            if (missing > 0)
            {
                rows.Add(new LedgerRow(
                    fate, null, null, false, missing, Math.Max(0, total.Bytes - detailed.Sum(r => r.Bytes)),
                    Math.Min(Math.Max(0, total.Bytes - detailed.Sum(r => r.Bytes)), Math.Max(0, total.Unique - detailed.Sum(r => r.UniqueBytes))), 0));
            }
        }

        return rows;
    }

    private static void TakeOffFartherSightings(CaseView view, Dictionary<Fate, (long Segments, long Bytes, long Unique)> totals)
    {
        var fates = view.Facts.Of<SegmentFate>().ToLookup(f => (new FlowKey(f.Capture, f.Flow), f.FromClient));
        for (var connection = 0; connection < view.Connections.Count; connection++)
        {
            var sightings = view.Connections.Sightings(connection);
            if (sightings.Count < 2)
            {
                continue;
            }

            foreach (var fromClient in new[] { true, false })
            {
                var direction = new DirectionKey(connection, fromClient);
                var nearest = view.Connections.NearestToSender(direction);
                foreach (var sighting in sightings.Where(s => s != nearest))
                {
                    var called = view.Connections.FromClient(sighting, direction);
                    TakeOff(totals, view.Sender(sighting, called), fates[(sighting, called)]);
                }
            }
        }
    }

    private static void TakeOff(Dictionary<Fate, (long Segments, long Bytes, long Unique)> totals, TcpSender? sender, IEnumerable<SegmentFate> fates)
    {
        long seen = 0;
        long seenBytes = 0;
        long ended = 0;
        foreach (var fate in fates)
        {
            var unique = UniqueOf(fate);
            Add(totals, fate.Fate, -1, -fate.Length, -unique);
            if (fate.Fate is not (Fate.LostBefore or Fate.NotCaptured or Fate.Copied))
            {
                seen++;
                seenBytes += fate.Length;
                ended += unique;
            }
        }

        if (sender is not null)
        {
            var (segments, bytes, unique) = sender.Unjudged;
            Add(totals, Fate.Unknown, -segments, -bytes, -unique);
            Add(totals, Fate.Delivered, -(sender.Segments - seen - segments), -(sender.Bytes - seenBytes - bytes), -Math.Max(0, sender.UniqueBytes - ended - unique));
        }
    }

    // As FateTally counts them: a byte belongs to the fate it ended with.
    private static long UniqueOf(SegmentFate fate) => fate.Fate switch
    {
        Fate.LostAfter or Fate.LostBefore => fate is { Transmission: 1, NeverDelivered: true } ? fate.Length : 0L,
        Fate.Unknown => fate.Transmission == 1 ? fate.Length : 0,
        Fate.Reordered or Fate.NotCaptured => fate.Length,
        _ => 0,
    };

    private static void Add(Dictionary<Fate, (long Segments, long Bytes, long Unique)> totals, Fate fate, long segments, long bytes, long unique)
    {
        var (s, b, u) = totals.GetValueOrDefault(fate);
        totals[fate] = (Math.Max(0, s + segments), Math.Max(0, b + bytes), Math.Max(0, u + unique));
    }
}
