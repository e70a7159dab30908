using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds the connections of a case that suffer otherwise than by lost segments.</summary>
internal static class Troubles
{
    // Persist timer of Linux: 200 ms, 400 ms, 800 ms. A reader that is merely late reads again before the third probe.
    private const int ProbesInVain = 3;

    /// <summary>Each connection once, by the gravest of what it suffers.</summary>
    internal static IReadOnlyList<Trouble> Find(CaseView view)
    {
        // A stall with a loss in it is that loss.
        var losing = view.Losses.Select(l => l.Direction.Connection).ToHashSet();
        var found = view.Attempts.Where(a => a.Failed).Select(NotOpened)
            .Concat(view.Resets.Where(r => r.Abnormal).Select(r => Reset(view, r)))
            .Concat(view.Stalls.Where(s => s.Abnormal && !losing.Contains(s.Connection)).Select(s => Stalled(view, s)))
            .Concat(NotRead(view))
            .Concat(view.Attempts.Where(a => a.Slow).Select(OpenedLate));
        return [.. found.GroupBy(t => t.Connection).Select(g => g.MinBy(t => t.Kind)!)];
    }

    private static Trouble NotOpened(Attempt a) => new(a.Connection, TroubleKind.NotOpened, $"{a.Client} > {a.Server}: {a.Ladder}, " + a.Outcome switch
    {
        AttemptOutcome.Refused => "refused by a RST",
        AttemptOutcome.IcmpError => $"answered by ICMP type {a.IcmpErrors[0].Type} code {a.IcmpErrors[0].Code} from {a.IcmpErrors[0].Reporter}",
        AttemptOutcome.HalfOpen => "answered, and never completed",
        _ => "not answered",
    }, a.From);

    private static Trouble OpenedLate(Attempt a) => new(a.Connection, TroubleKind.OpenedLate, $"{a.Client} > {a.Server}: opened after {a.Ladder}", a.From);

    private static Trouble Reset(CaseView view, ConnectionReset r) =>
        new(r.Direction.Connection, TroubleKind.Reset, $"{Name(view, r.Direction.Connection)}: reset, as if by {r.Sender}", r.From);

    private static Trouble Stalled(CaseView view, Stall s) =>
        new(s.Connection, TroubleKind.Stalled, string.Create(null, $"{Name(view, s.Connection)}: {s.Duration.TotalSeconds:0.#} s without an acknowledgment"), s.From);

    private static IEnumerable<Trouble> NotRead(CaseView view)
    {
        foreach (var period in view.Facts.Of<ZeroWindowPeriod>().Where(p => !p.Reopened && p.Probes >= ProbesInVain))
        {
            var connection = view.Connections.Direction(new FlowKey(period.Capture, period.Flow), true).Connection;
            if (connection >= 0 && view.Trails[connection].Flows.Count > 0)
            {
                yield return new Trouble(connection, TroubleKind.NotRead, string.Create(null, $"{Name(view, connection)}: no window for {period.Duration.TotalSeconds:0.#} s, to the end"), period.From);
            }
        }
    }

    private static string Name(CaseView view, int connection) => $"{view.Trails[connection].Client} > {view.Trails[connection].Server}";
}
