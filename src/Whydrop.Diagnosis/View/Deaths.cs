using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds established connections that stop passing one place, and the silences that others survived there.</summary>
internal sealed class Deaths
{
    // A silence with nothing open is listed from a second on; two times of one frame agree to within the spacing of a burst.
    private static readonly TimeSpan Listed = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(30);

    // RFC 6298 (2.1): whoever is not answered repeats itself within a second; a RST that answers comes sooner.
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(1);

    private readonly CaseView view;
    private readonly ILookup<FlowKey, Pause> pauses;

    private Deaths(CaseView view)
    {
        this.view = view;
        pauses = view.Facts.Of<Pause>().ToLookup(p => new FlowKey(p.Capture, p.Flow));
    }

    /// <summary>One for each connection, by the pair of places around it, whichever direction met it first.</summary>
    internal static IReadOnlyList<IGrouping<(VantagePoint, VantagePoint?), Death>> Find(CaseView view)
    {
        var finder = new Deaths(view);
        var vanished = view.Losses.Where(l => l.LastSeen is not null).GroupBy(l => l.Direction.Connection).Select(g => finder.Vanished([.. g.OrderBy(l => l.Fate.Sent)])).OfType<Death>();
        var reset = view.Resets.Where(r => r.First).Select(finder.Reset).OfType<Death>();
        return [.. vanished.Concat(reset).GroupBy(d => d.Connection).Select(g => g.MinBy(d => d.Dead)!).GroupBy(d => Pair(d.Seen, d.Missing))];
    }

    /// <summary>Silences at a place, of connections that passed it afterwards; with the connection and the time it spoke again.</summary>
    internal static IEnumerable<(Pause Pause, int Connection)> Survived(CaseView view, int capture, IReadOnlyCollection<Death> deaths)
    {
        var died = deaths.ToDictionary(d => d.Connection);
        var losing = view.Losses.Select(l => l.Direction.Connection).ToHashSet();
        var watched = deaths.First();
        var past = watched.Missing is { } missing ? view.Facts.Of<TcpFlow>().Where(f => f.At == missing).Select(f => view.Connections.Direction(new FlowKey(f.Capture, f.Flow), true).Connection).ToHashSet() : null;
        foreach (var pause in view.Facts.Of<Pause>().Where(p => p.Capture == capture && p.EndedBy is PauseEnd.NewData or PauseEnd.Probe))
        {
            var connection = view.Connections.Direction(new FlowKey(pause.Capture, pause.Flow), true).Connection;
            if (connection < 0 || past?.Contains(connection) == false || IsUntold(view, connection))
            {
                continue;
            }

            var end = Timestamps.Add(pause.Start, pause.Duration);
            if (died.TryGetValue(connection, out var death) ? end < death.Dead : !losing.Contains(connection) && !view.ResetsOf(connection).Any(r => r.Abnormal))
            {
                yield return (pause, connection);
            }
        }
    }

    /// <summary>It sent something again, and what became of that is not at hand: it may have died.</summary>
    private static bool IsUntold(CaseView view, int connection) => view.Trails[connection].Flows is var flows
        && flows.Any(f => f.FromClient.Retransmissions + f.FromServer.Retransmissions > 0)
        && !flows.Select(f => new FlowKey(f.Capture, f.Flow)).Any(f => view.Fates(f, true).Any() || view.Fates(f, false).Any());

    private static (VantagePoint, VantagePoint?) Pair(VantagePoint seen, VantagePoint? missing) =>
        missing is not null && string.CompareOrdinal(missing.ToString(), seen.ToString()) < 0 ? (missing, seen) : (seen, missing);

    // The first that vanished never arrived, so nothing behind it was taken either.
    private Death? Vanished(Loss[] losses)
    {
        var first = losses[0];
        var trail = view.Trails[first.Direction.Connection];
        // One larger than all before may have died of its size.
        var passed = view.Sender(new FlowKey(first.Fate.Capture, first.Fate.Flow), first.Fate.FromClient)?.LargestDelivered ?? 0;
        if (!first.Fate.NeverDelivered || first.DatagramLength is not { } length || length > passed || !trail.Flows.Any(f => f.FromClient.LargestDelivered > 0 || f.FromServer.LargestDelivered > 0))
        {
            return null;
        }

        var at = first.Placement is { } p ? new FlowKey(p.Capture, p.Flow) : new FlowKey(first.Fate.Capture, first.Fate.Flow);
        var sent = first.Placement?.Sent ?? first.Fate.Sent;
        return new Death(trail.ToServer, first.LastSeen!, first.MissingAt, first.Placement is { AbsenceProven: true }, at.Capture, Before(at, sent).Alive, sent, null)
        {
            Busy = Before(at, sent).Busy,
            Losses = [.. losses.Where(l => l.LastSeen == first.LastSeen || l.MissingAt == first.LastSeen)],
        };
    }

    private Death? Reset(ConnectionReset reset)
    {
        var trail = view.Trails[reset.Direction.Connection];
        if (reset.Phase != ResetPhase.Open || reset.AfterLoss || !trail.Flows.Any(f => f.FromClient.LargestDelivered > 0 || f.FromServer.LargestDelivered > 0)
            || (reset.Birth is not { AbsenceProven: true } && reset.TtlAgrees != Diagnosis.Answer.No))
        {
            return null;
        }

        var born = reset.Birth is { AbsenceProven: true } birth ? birth : null;
        var at = born is null ? new FlowKey(reset.Segment.Capture, reset.Segment.Flow) : new FlowKey(born.Capture, born.Flow);
        var seen = born?.Seen ?? reset.Segment.Seen;
        var data = pauses[at].Where(p => Timestamps.Add(p.Start, p.Duration) <= seen).MaxBy(p => p.Start);
        var drew = data is not null && seen - Timestamps.Add(data.Start, data.Duration) < Answer && data.EndedBy is PauseEnd.NewData or PauseEnd.Probe or PauseEnd.Reset;
        var dead = drew ? Timestamps.Add(data!.Start, data.Duration) : seen;
        return new Death(trail.ToServer, born?.At ?? reset.Segment.At, born?.NotSeenAt, born is not null, at.Capture, drew ? data!.Start : Before(at, dead).Alive, dead, reset) { Busy = !drew && Before(at, dead).Busy };
    }

    private (Timestamp? Alive, bool Busy) Before(FlowKey flow, Timestamp dead)
    {
        if (!view.ListsSilences(flow.Capture))
        {
            return (null, false);
        }

        var silence = pauses[flow].Where(p => (Timestamps.Add(p.Start, p.Duration) - dead).Duration() < Near).MaxBy(p => p.Duration);
        return silence is null ? (Timestamps.Add(dead, -Listed), true) : (silence.Start, silence.Duration < Listed);
    }
}
