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
        var told = view.Facts.Of<IcmpError>().Where(e => e is { Version: 4, Type: 3, Code: 4 } or { Version: 6, Type: 2 }).ToArray();
        return told.Length == 0 ? [] :
        [
            .. view.Losses.GroupBy(l => l.Direction).SelectMany(of =>
            {
                var quoting = told.Where(e => Quotes(view, of.Key, e)).ToArray();
                return of.Where(l => !l.Fate.NeverDelivered && quoting.Any(e => Answers(e, l) && !of.Any(later => Persists(e, later))));
            }),
        ];
    }

    private static bool Answers(IcmpError e, Loss loss) =>
        loss.DatagramLength > Limit(e) && loss.Fate.Sent - e.Seen <= ClockError && e.Seen - loss.Fate.Sent < Answered;

    private static bool Persists(IcmpError e, Loss loss) => loss.DatagramLength > Limit(e) && loss.Fate.Sent - e.Seen > Underway;

    // RFC 1191 §5: an old router announces 0.
    private static int Limit(IcmpError e) => e.NextHopMtu ?? (e.QuotedLength ?? int.MaxValue) - 1;

    private static bool Quotes(CaseView view, DirectionKey direction, IcmpError e)
    {
        foreach (var key in view.Connections.Sightings(direction.Connection))
        {
            if (view.Flow(key) is not { } flow)
            {
                continue;
            }

            var (source, destination) = view.Connections.FromClient(key, direction) ? (flow.Client, flow.Server) : (flow.Server, flow.Client);
            if (Same(e.QuotedSource, source) && Same(e.QuotedDestination, destination))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(IPEndPoint? a, IPEndPoint b) => a is not null && a.Equals(b);
}
