using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Connects to one address that the log of a network namespace says failed: what is known of them without a capture.</summary>
/// <param name="At">The namespace that logged them.</param>
/// <param name="Server">Whom they tried.</param>
/// <param name="Lines">One line of the log for each.</param>
/// <param name="Syns">SYNs they sent: one each, and those sent again (TCPSynRetrans); null when that was not counted, or not for these alone.</param>
internal sealed record UnansweredConnects(VantagePoint At, IPEndPoint Server, IReadOnlyList<LogEvent> Lines, long? Syns)
{
    private const string SentAgain = "TcpExt.TCPSynRetrans";

    /// <summary>Kind of a log line: nobody answered in time.</summary>
    internal const string TimedOut = "connect-timeout";

    /// <summary>A router or the host itself said that there is no way.</summary>
    internal const string NoRoute = "no-route";

    /// <summary>Those of all logs, by namespace and address.</summary>
    internal static IReadOnlyList<UnansweredConnects> Find(CaseView view, params IReadOnlyList<string> kinds)
    {
        var found = new List<UnansweredConnects>();
        foreach (var of in view.Facts.Of<LogEvent>().Where(e => kinds.Contains(e.Kind)).GroupBy(e => e.At.Stack))
        {
            var peers = of.GroupBy(e => e.Subject is { } subject && IPEndPoint.TryParse(subject, out var peer) && peer.Port > 0 ? peer : null).ToArray();
            var again = peers.Length == 1 ? view.Delta(of.Key, SentAgain)?.Delta : null;
            found.AddRange(peers.Where(p => p.Key is not null).Select(p => new UnansweredConnects(of.Key, p.Key!, [.. p], again is { } n ? p.Count() + n : null)));
        }

        return found;
    }
}
