using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>A BGP session that went down, as one of its ends logged it.</summary>
/// <param name="Down">The line; its time is known. Where no log was collected, the route over that peer that was deleted.</param>
/// <param name="Peer">The other end; null when the log names it otherwise.</param>
/// <param name="Up">The line that says it is up again; null when none does.</param>
/// <param name="Routed">Prefixes that routes of the case lead to that peer.</param>
/// <param name="Restart">When a routing daemon of one of the ends stopped or started around it, and what says so; null when nothing does.</param>
internal sealed record SessionLoss(LogEvent Down, IPAddress? Peer, LogEvent? Up, IReadOnlyList<IPNetwork> Routed, (Timestamp Time, string What, Provenance From)? Restart)
{
    // Hold time of BIRD; that of RFC 4271 10 and restart times (RFC 4724) are shorter.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(240);

    // RFC 4271 10, MinRouteAdvertisementInterval: routes follow the session.
    private static readonly TimeSpan Advertised = TimeSpan.FromSeconds(30);

    /// <summary>The first line that says a route over that peer was deleted while the session was down; null when nothing does.</summary>
    internal LogEvent? Withdrawn { get; init; }

    /// <summary>A log says so; else it is inferred from a route that was deleted when a routing daemon ended.</summary>
    internal bool Logged => Down.Kind == "bgp-down";

    /// <summary>What the cluster says of a daemon that ended then; null when it says nothing.</summary>
    internal (Timestamp Time, string What, Provenance From)? Told { get; init; }

    /// <summary>"session with 10.0.0.1 down", or "route to 10.1.0.0/16 over 10.0.0.1 deleted".</summary>
    internal string What => Logged ? $"session with {Name} down" : $"route to {Down.Subject} over {Name} deleted";

    internal Timestamp At => Down.Time!.Value;

    /// <summary>Until when routes learned from it may be missing.</summary>
    internal Timestamp Until => (Up?.Time ?? After(At, Longest)) is var up ? After(up, Advertised) : At;

    internal string Name => Peer?.ToString() ?? Down.Subject ?? "a peer";

    /// <summary>The routes may have been missing then.</summary>
    internal bool Covers(Timestamp time) => time >= At && time <= Until;

    /// <summary>Whether it carries the routes to any of these. Of a symptom that names no address nobody knows.</summary>
    internal Answer Carries(CaseView view, IReadOnlyList<IPAddress> ends) => ends.Count == 0 ? Answer.Unknown : ends.Max(e => Carries(view, e));

    /// <summary>Whether the session carries the routes to an address: that lives on one of its ends. Unknown when nobody says where it lives, or what the peer is.</summary>
    internal Answer Carries(CaseView view, IPAddress to)
    {
        if (Peer is null)
        {
            return Answer.Unknown;
        }

        if (Routed.Any(r => r.Contains(to)) || to.Equals(Peer))
        {
            return Answer.Yes;
        }

        var peer = view.Places.NodeWith(Peer);
        if (view.Places.NodeOf(to) is not { } home)
        {
            return Answer.Unknown;
        }

        return home == peer || home == Down.At.Node ? Answer.Yes : peer is null || !view.Places.Told(to) ? Answer.Unknown : Answer.No;
    }

    /// <summary>The node of its end whose daemon restarted: the peer's where that is known, else the device's own.</summary>
    internal string? Home(CaseView view) => (Peer is null ? null : view.Places.NodeWith(Peer)) ?? Down.At.Node;

    private static Timestamp After(Timestamp time, TimeSpan span) => new(time.UnixNanoseconds + span.Ticks * 100);
}
