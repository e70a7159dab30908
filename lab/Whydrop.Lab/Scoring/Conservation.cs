using Whydrop.Diagnosis;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Lab.Scoring;

/// <summary>The property that no byte is lost or invented on the way from the captures to the ledger.</summary>
public static class Conservation
{
    /// <summary>Holds each capture's fates against what its connections sent, and the ledger of the case against both.</summary>
    /// <returns>One line for each sum that is wrong; none when the property holds.</returns>
    public static IReadOnlyList<string> Violations(FactSet facts)
    {
        var wrong = new List<string>();
        foreach (var capture in facts.Of<CaptureSummary>())
            OfCapture(facts, capture, wrong);
        OfLedger(facts, wrong);
        return wrong;
    }

    private static void OfCapture(FactSet facts, CaptureSummary capture, List<string> wrong)
    {
        var at = capture.From.Source;
        var tallies = facts.Of<FateTally>().Where(t => t.Capture == capture.Capture).ToArray();
        var senders = facts.Of<TcpFlow>().Where(f => f.Capture == capture.Capture).SelectMany(f => new[] { f.FromClient, f.FromServer }).ToArray();
        wrong.AddRange(tallies.Where(t => t.Segments < 0 || t.Bytes < 0 || t.UniqueBytes < 0 || t.UniqueBytes > t.Bytes).Select(t => $"{at}: {t.Fate} counts {t.Segments} segments, {t.Bytes} bytes, {t.UniqueBytes} distinct"));
        var seen = tallies.Where(t => SeenHere(t.Fate)).ToArray();
        Same(wrong, $"{at}: segments", senders.Sum(s => s.Segments), seen.Sum(t => t.Segments));
        Same(wrong, $"{at}: bytes", senders.Sum(s => s.Bytes), seen.Sum(t => t.Bytes));
        if (Detailed(facts, at))
        {
            // Lost before this place and never seen or acknowledged: distinct bytes that no sender's figure holds.
            var neverHere = facts.Of<SegmentFate>().Where(f => f.Capture == capture.Capture && f is { Fate: Fate.LostBefore, NeverDelivered: true }).Sum(f => (long)f.Length);
            Same(wrong, $"{at}: distinct bytes", senders.Sum(s => s.UniqueBytes) + neverHere, tallies.Sum(t => t.UniqueBytes));
        }
    }

    private static void OfLedger(FactSet facts, List<string> wrong)
    {
        var view = new CaseView(facts);
        var ledger = Diagnose.Run(facts).Ledger;
        foreach (var row in ledger.Rows.Where(r => r.Segments < 0 || r.Bytes < 0 || r.UniqueBytes < 0 || r.UniqueBytes > r.Bytes || r.Explained < 0 || r.Explained > r.Segments))
            wrong.Add($"ledger: {row.Fate} counts {row.Segments} segments, {row.Bytes} bytes, {row.UniqueBytes} distinct, {row.Explained} explained");
        Same(wrong, "ledger: distinct bytes", ledger.Rows.Sum(r => r.UniqueBytes), ledger.UniqueBytes);
        if (ledger.Unexplained < 0 || ledger.Unexplained > ledger.LostSegments || ledger.UnexplainedBytes < 0 || ledger.UnexplainedBytes > ledger.LostBytes)
            wrong.Add($"ledger: {ledger.Unexplained} segments and {ledger.UnexplainedBytes} bytes unexplained of {ledger.LostSegments} and {ledger.LostBytes} lost");
        if (facts.Of<CaptureSummary>().All(c => Detailed(facts, c.From.Source)))
            Same(wrong, "ledger: bytes, each connection once", SentOnce(view), ledger.DataBytes);
    }

    /// <summary>What was sent, as the sighting nearest to the sender has it, with what it missed.</summary>
    private static long SentOnce(CaseView view)
    {
        var missed = view.Facts.Of<SegmentFate>().Where(f => !SeenHere(f.Fate)).ToLookup(f => (new FlowKey(f.Capture, f.Flow), f.FromClient), f => (long)f.Length);
        long sum = 0;
        for (var connection = 0; connection < view.Connections.Count; connection++)
        {
            foreach (var fromClient in new[] { true, false })
            {
                var direction = new DirectionKey(connection, fromClient);
                var nearest = view.Connections.NearestToSender(direction);
                var called = view.Connections.FromClient(nearest, direction);
                sum += (view.Sender(nearest, called)?.Bytes ?? 0) + missed[(nearest, called)].Sum();
            }
        }

        return sum;
    }

    private static bool SeenHere(Fate fate) => fate is not (Fate.LostBefore or Fate.NotCaptured or Fate.Copied);

    /// <summary>No limit was reached, so every fate but plain delivery has its own fact.</summary>
    private static bool Detailed(FactSet facts, string source) => !facts.Of<Gap>().Any(g => g.Kind == GapKind.Limited && g.From.Source == source);

    private static void Same(List<string> wrong, string what, long wanted, long found)
    {
        if (wanted != found)
            wrong.Add($"{what}: sent {wanted}, accounted for {found}");
    }
}
