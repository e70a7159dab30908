using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Load;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis;

/// <summary>What happened, in order of time.</summary>
internal static class Chronicle
{
    // A timeline is read, not searched: the flows and the ledger have the rest.
    private const int MostEvents = 60;

    internal static IReadOnlyList<TimelineEvent> Of(CaseView view)
    {
        var events = view.Losses.Select(Lost).Concat(view.Facts.Of<IcmpError>().Select(Reported))
            .Concat(view.Facts.Of<LogEvent>().Where(e => e.Time is not null && IsTold(e.Kind)).Select(Logged)).Concat(OomKill.Find(view).Where(k => k.Begun is not null).Select(Killed))
            .Concat(view.Facts.Of<Pod>().SelectMany(Ended)).Concat(Loops(view)).Concat(Late(view)).Concat(view.Stalls.Where(s => s.Abnormal).Select(Waited))
            .Concat(view.Attempts.Where(a => a.Failed || a.Slow).Select(Tried)).Concat(view.Resets.Where(r => r.First && r.Abnormal).Select(Reset))
            .OrderBy(e => e.Time).ToArray();
        return events.Length <= MostEvents ? events : Thinned(events);
    }

    /// <summary>Events of logs and objects are few and kept before symptoms, which repeat; of these the first of each place and minute come first.</summary>
    private static TimelineEvent[] Thinned(TimelineEvent[] events)
    {
        var kept = events.Select((e, i) => (Event: e, Index: i)).GroupBy(e => (e.Event.At, Shape(e.Event.What)))
            .SelectMany(g => g.Select((e, rank) => (e.Event, e.Index, Rank: rank))).OrderBy(e => e.Rank).ThenBy(e => e.Index).Take(MostEvents);
        return [.. kept.OrderBy(e => e.Index).Select(e => e.Event)];
    }

    /// <summary>What is told, without its figures: events of one shape are repetitions.</summary>
    private static string Shape(string what) => new([.. what.Where(c => !char.IsAsciiDigit(c))]);

    private static bool IsTold(string kind) => kind.StartsWith("bgp-", StringComparison.Ordinal) || kind.StartsWith("daemon-", StringComparison.Ordinal) || kind is "route-deleted" or "route-added" or "link-down" or "link-up";

    private static TimelineEvent Killed(OomKill k) => new(k.Begun!.Value, k.Log.At, $"the kernel killed {k.Victim} for want of memory", k.Log.From);

    private static IEnumerable<TimelineEvent> Ended(Pod pod) => pod.Containers.Where(c => c.Ended?.Finished is not null)
        .Select(c => new TimelineEvent(c.Ended!.Finished!.Value, new VantagePoint(pod.Node), $"container {c.Name} of {pod.Name} ended: {c.Ended.Reason ?? "no reason told"}", pod.From));

    // Datagrams of one loop come within the time a retransmission takes at the most before it is doubled (RFC 6298, 2.5).
    private static IEnumerable<TimelineEvent> Loops(CaseView view)
    {
        foreach (var place in view.Facts.Of<RoutingLoop>().OrderBy(l => l.Start).GroupBy(l => (l.At, l.Destination)))
        {
            foreach (var loop in RouteSymptom.Bouts([.. place]))
            {
                yield return new TimelineEvent(loop[0].Start, loop[0].At, $"datagrams to {loop[0].Destination} go round: {RouteSymptom.Told(loop)}", loop[0].From);
            }
        }
    }

    /// <summary>Late requests of a load tool: those that follow one another within a second are one event.</summary>
    private static IEnumerable<TimelineEvent> Late(CaseView view)
    {
        foreach (var file in view.Facts.Of<LateRequest>().GroupBy(l => l.From.Source))
        {
            var bout = new List<LateRequest>();
            foreach (var late in file.OrderBy(l => l.Time))
            {
                if (bout.Count > 0 && late.Time - bout[^1].Time > Near)
                {
                    yield return Told(bout);
                    bout.Clear();
                }

                bout.Add(late);
            }

            yield return Told(bout);
        }

        static TimelineEvent Told(List<LateRequest> bout) => new(
            bout[0].Time, bout[0].At,
            string.Create(null, $"{bout.Count} request{(bout.Count == 1 ? "" : "s")} late or failed, up to {bout.Max(l => l.Latency).TotalMilliseconds:0} ms{(bout.Count(l => l.Failed) is > 0 and var failed ? $", {failed} failed" : "")}"), bout[0].From);
    }

    private static readonly TimeSpan Near = TimeSpan.FromSeconds(1);

    private static TimelineEvent Waited(Stall s) => new(s.Pause.Start, s.Pause.At, string.Create(null, $"silence of {s.Duration.TotalSeconds:0.0} s, then sent again"), s.From);

    private static TimelineEvent Logged(LogEvent e) => new(
        e.Time!.Value, e.At, $"{e.Kind.Replace('-', ' ').Replace("bgp", "BGP", StringComparison.Ordinal)}: {e.Subject}{(e.Details.TryGetValue("reason", out var reason) ? $" ({reason})" : "")}", e.From);

    private static TimelineEvent Lost(Loss loss)
    {
        var what = $"{loss.Length} bytes at offset {loss.Fate.StreamOffset}"
            + (loss.DatagramLength is { } length ? $" in a datagram of {length}" : "")
            + (loss.Fate.Transmission > 1 ? $", transmission {loss.Fate.Transmission}" : "")
            + (loss.MissingAt is { } missing ? $", lost before {missing}" : ", lost further on");
        return new TimelineEvent(loss.Placement?.Sent ?? loss.Fate.Sent, loss.LastSeen ?? loss.Fate.At, what, loss.From);
    }

    private static TimelineEvent Tried(Attempt a) => new(a.SynTimes[0], a.SeenAt[0].At, $"{a.Client} > {a.Server}: {a.Ladder}, " + a.Outcome switch
    {
        AttemptOutcome.Established => "then opened",
        AttemptOutcome.Refused => "refused",
        AttemptOutcome.IcmpError => "answered by ICMP",
        AttemptOutcome.HalfOpen => "answered, never completed",
        _ => "not answered",
    }, a.From);

    private static TimelineEvent Reset(ConnectionReset r) => new(r.Segment.Seen, r.Segment.At, $"RST of {r.Sender} to {r.Receiver}", r.From);

    private static TimelineEvent Reported(IcmpError error)
    {
        var what = $"ICMP{(error.Version == 6 ? "v6" : "")} type {error.Type} code {error.Code} from {error.Reporter}"
            + (error.NextHopMtu is { } mtu ? $", MTU {mtu}" : "");
        return new TimelineEvent(error.Seen, error.At, what, error.From);
    }
}
