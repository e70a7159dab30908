using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>An end closed a connection, by FIN or RST, on which it owed an answer: it had acknowledged a request, and said nothing for a time.</summary>
/// <param name="ToServer">The connection.</param>
/// <param name="After">How long after the request.</param>
/// <param name="Pause">The silence, at the sighting nearest to the server.</param>
internal sealed record TimedClose(DirectionKey ToServer, TimeSpan After, Pause Pause)
{
    // The clock of user space timers: a few ticks, and what a busy machine adds; but of no age more than a tenth, or short ages of whatever origin all look alike.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);
    private const double Tolerance = 0.02;
    private const int Tenth = 10;

    internal Provenance From => Pause.From;

    /// <summary>As a timer that was set to one value would make both.</summary>
    internal static bool Same(TimeSpan a, TimeSpan b) => (a - b).Duration().Ticks <= Math.Max(Math.Min(Slack.Ticks, Math.Max(a.Ticks, b.Ticks) / Tenth), (long)(Math.Max(a.Ticks, b.Ticks) * Tolerance));

    // What happens at one moment to all (a process that ends) happens within this; a busy machine needs some of it.
    private const long OneMoment = 100_000_000;

    // Two of the same age may be chance in a case of many; a third is not.
    private const int Fewest = 3;

    /// <summary>The silences of about the same length that most share, the shortest first.</summary>
    internal static IReadOnlyList<Pause> SameAge(IEnumerable<Pause> silences)
    {
        Pause[] sorted = [.. silences.OrderBy(p => p.Duration)];
        var best = 0..0;
        for (var (first, end) = (0, 0); end < sorted.Length; first++)
        {
            while (end < sorted.Length && Same(sorted[end].Duration, sorted[first].Duration))
            {
                end++;
            }

            best = end - first > best.End.Value - best.Start.Value ? first..end : best;
        }

        return sorted[best];
    }

    /// <summary>So many of one age among all that were closed, ended at more than one moment, that a timer ended them; what all ends at one moment ends by an event.</summary>
    internal static bool ByTimer(IReadOnlyList<Pause> sameAge, int closed) => sameAge.Count >= Fewest && sameAge.Count * 2 > closed && sameAge.Max(End) - sameAge.Min(End) > OneMoment;

    /// <summary>When a silence ended, in nanoseconds as <see cref="Timestamp.UnixNanoseconds"/>.</summary>
    internal static long End(Pause silence) => silence.Start.UnixNanoseconds + (silence.Duration.Ticks * 100);

    /// <summary>All connections that their server closed while it owed an answer.</summary>
    internal static IEnumerable<TimedClose> All(CaseView view)
    {
        var closed = view.Facts.Of<Pause>().Where(p => p.EndedBy is PauseEnd.Fin or PauseEnd.Reset && p.EndedFromClient != p.DataFromClient && p is { ClientOutstanding: 0, ServerOutstanding: 0 })
            .ToLookup(p => new FlowKey(p.Capture, p.Flow));
        foreach (var trail in view.Trails.Where(t => t.Flows.Count > 0))
        {
            foreach (var flow in trail.Flows.Reverse())
            {
                var key = new FlowKey(flow.Capture, flow.Flow);
                var asNamed = view.Connections.FromClient(key, trail.ToServer);
                if (closed[key].FirstOrDefault(p => p.DataFromClient == asNamed) is { } pause)
                {
                    yield return new TimedClose(trail.ToServer, pause.Duration, pause);
                    break;
                }
            }
        }
    }
}
