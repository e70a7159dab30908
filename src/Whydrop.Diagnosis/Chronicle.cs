using Whydrop.Diagnosis.View;
using Whydrop.Evidence.Capture;
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
            .Concat(view.Facts.Of<LogEvent>().Where(e => e.Time is not null && (e.Kind.StartsWith("bgp-", StringComparison.Ordinal) || e.Kind.StartsWith("daemon-", StringComparison.Ordinal))).Select(Logged))
            .Concat(view.Attempts.Where(a => a.Failed || a.Slow).Select(Tried)).Concat(view.Resets.Where(r => r.First && r.Phase != ResetPhase.Refusal).Select(Reset))
            .OrderBy(e => e.Time).ToArray();
        return events.Length <= MostEvents ? events : [.. events.Take(MostEvents / 2), .. events.TakeLast(MostEvents / 2)];
    }

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
