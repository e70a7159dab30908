using System.Net;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Losses that an ICMP message answered: path MTU discovery (RFC 1191, RFC 8201), told by what was captured of it.</summary>
internal static class PathMtuAnswers
{
    // A router answers within a round trip; a second later it is another loss.
    private static readonly TimeSpan Answered = TimeSpan.FromSeconds(1);

    // Captures of one host and of hosts kept by NTP.
    private static readonly TimeSpan ClockError = TimeSpan.FromMilliseconds(5);

    // What was on its way when the message came; half of Linux's smallest retransmission time-out.
    private static readonly TimeSpan Underway = TimeSpan.FromMilliseconds(100);

    /// <summary>The sender was told that it is too large, sent nothing of such a size any more, and the bytes arrived.</summary>
    internal static List<Loss> Heeded(CaseView view)
    {
        var told = view.Facts.Of<IcmpError>().Where(e => e is { Version: 4, Type: 3, Code: 4 } or { Version: 6, Type: 2 }).ToLookup(e => (e.QuotedSource, e.QuotedDestination));
        return told.Count == 0 ? [] :
        [
            .. view.Losses.GroupBy(l => l.Direction).SelectMany(of =>
            {
                var heeded = Names(view, of.Key).SelectMany(n => told[n]).Where(e => !of.Any(later => Persists(e, later))).ToArray();
                return of.Where(l => !l.Fate.NeverDelivered && Array.Exists(heeded, e => Answers(e, l)));
            }),
        ];
    }

    private static bool Answers(IcmpError e, Loss loss) =>
        loss.DatagramLength > Limit(e) && loss.Fate.Sent - e.Seen <= ClockError && e.Seen - loss.Fate.Sent < Answered;

    private static bool Persists(IcmpError e, Loss loss) => loss.DatagramLength > Limit(e) && loss.Fate.Sent - e.Seen > Underway;

    // RFC 1191 §5: an old router announces 0.
    private static int Limit(IcmpError e) => e.NextHopMtu ?? (e.QuotedLength ?? int.MaxValue) - 1;

    /// <summary>Source and destination of its packets, as every sighting names them.</summary>
    private static IEnumerable<(IPEndPoint? Source, IPEndPoint? Destination)> Names(CaseView view, DirectionKey direction) => view.Connections.Sightings(direction.Connection)
        .Select(key => (Key: key, Flow: view.Flow(key))).Where(s => s.Flow is not null)
        .Select(s => view.Connections.FromClient(s.Key, direction) ? ((IPEndPoint?)s.Flow!.Client, (IPEndPoint?)s.Flow.Server) : (s.Flow!.Server, s.Flow.Client)).Distinct();
}
