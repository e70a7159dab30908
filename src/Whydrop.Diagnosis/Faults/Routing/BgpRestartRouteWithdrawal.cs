using System.Net;
using Whydrop.Diagnosis.Statistics;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Load;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>A routing daemon restarts, its sessions end, and the routes learned from it are withdrawn for a while.</summary>
internal sealed class BgpRestartRouteWithdrawal : FaultOf<BgpRestartRouteWithdrawal.Withdrawal>
{
    // The usual level: what comes so near by chance once in twenty times is no sign.
    private const double Coincidence = 0.05;

    public override string Id => "bgp-restart-route-withdrawal";

    public override string Name => "Routing daemon restart withdraws pod routes";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "Pods of one node, or all across nodes, are cut off for some seconds up to minutes while the routing daemon is rolled out or crashes; then all is well again. What does not use those routes never notices.";

    public override string Mechanism =>
        "Without graceful restart the end of a BGP session makes the peer delete the pod routes learned over it. Packets to those pods then take a less specific route (the default, a discarding one) until the session is "
        + "up again and has advertised: they loop, are refused, or vanish. With graceful restart the same happens when its timer runs out first.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("missing-route", "There the daemon runs and the route stays away."),
        new("transient-routing-loop", "The loop alone does not say why the route was gone; here a session ended right before."),
        new("cfs-throttling", "There the delays come with the quota's period, whatever the routes do."),
    ];

    public override string Remedy =>
        "Keep the routes over a restart: kube-router --bgp-graceful-restart=true, BIRD \"graceful restart on\", on the switch too (graceful-restart, a restart time longer than the daemon needs); roll out one node at a time (maxUnavailable 1); "
        + "and find out why the daemon ends (kubectl describe pod, its last state).";

    public override string Verify => "Restart the daemon of one node by hand and watch with ip monitor route there and on the peer: the routes stay, and a probe through them loses nothing.";

    public override IReadOnlyList<string> References =>
    [
        "RFC 4271 §8.2.2, §10", "RFC 4724 §4", "cloudnativelabs/kube-router#675", "cloudnativelabs/kube-router#792", "cloudnativelabs/kube-router#1087", "projectcalico/bird#61",
    ];

    internal override IReadOnlyList<string> LeadsTo => ["transient-routing-loop", "path-blackout", "missing-route", "default-route-fallback-leak", "blackhole-route"];

    protected override IEnumerable<QuestionOf<Withdrawal>> Ask() =>
    [
        new("Did a session that may carry the routes go down, and the trouble begin before they were back?", Quantifier.Any, QuestionRole.Signature, WentDownBefore),
        new("Is that nearer than chance brings them together?", Quantifier.Any, QuestionRole.Signature, NoChance),
        new("Did packets find no way then: a loop, or a router that says so?", Quantifier.Any, QuestionRole.Mechanism, NoWay)
        {
            Collect = w => [AttemptEvidence.Capture(w.Place, "tcp or icmp or icmp6", "whether packets go round there, or routers say that they have no way; on every device of it at the same time")],
        },
        new("Does the session carry the routes to where the packets went?", Quantifier.Any, QuestionRole.Discriminator, Carries, "missing-route"),
        new("Does a log say that the session ended?", Quantifier.Any, QuestionRole.Discriminator, Logged, "missing-route") { Collect = w => [RoutingEvidence.Logs(w.Place)] },
        new("Was a route to where the packets went deleted then?", Quantifier.Any, QuestionRole.Support, Withdrew) { Collect = w => [new NextEvidence(w.Place, "timeout 600 ip -timestamp monitor route", TimeSpan.FromMinutes(10), "whether the routes to the pods are deleted when a session goes down")] },
        new("Was a routing daemon stopped or started then?", Quantifier.Any, QuestionRole.Support, Restarted) { Collect = w => [RoutingEvidence.Logs(w.Place)] },
        new("Does the cluster say how that daemon ended?", Quantifier.Any, QuestionRole.Support, ToldByCluster) { Collect = w => [ClusterEvidence.Pods(w.Struck is [var s, ..] ? s.Home(w.View) : w.Place.Node, "which pod the routing daemon runs in, and how it ended")] },
        new("Is graceful restart switched off?", Quantifier.Any, QuestionRole.Support, NotGraceful),
    ];

    protected override IEnumerable<Withdrawal> Propose(CaseView view)
    {
        var sessions = SessionLosses.Find(view);
        var untimed = SessionLosses.Untimed(view).ToArray();
        if (sessions.Count + untimed.Length == 0)
        {
            yield break;
        }

        var episodes = RouteSymptom.Episodes(view);
        if (episodes.Count == 0)
        {
            yield break;
        }

        foreach (var node in sessions.Select(s => s.Down.At.Node).Concat(untimed.Select(u => u.At.Node)).Distinct())
        {
            yield return new Withdrawal(view, node, [.. sessions.Where(s => s.Down.At.Node == node)], [.. untimed.Where(u => u.At.Node == node)], episodes);
        }
    }

    protected override string Summarise(Withdrawal w)
    {
        if (w.Hits is not [var first, ..])
        {
            return $"BGP sessions went down at {w.Scope}, and connections were in trouble; the log says no time that can be compared.";
        }

        var again = w.Struck.Where(s => s != first.Session).Take(3).Select(s => $"{string.Create(null, $"{(s.At - first.Session.At).TotalSeconds:0.0} s")} later{(s.Restart is { } cause && cause.What != first.Session.Restart?.What ? $" ({cause.What})" : "")}").ToArray();
        return $"{string.Join(" → ", Steps(w, first.Session, first.Episode))}.{(again.Length > 0 ? $" Again {string.Join(", ", again)}." : "")} {w.Hits.Count} of {w.Episodes.Count} time{(w.Episodes.Count == 1 ? "" : "s")} of trouble followed such a loss; by chance {w.Chance:P1}.";
    }

    /// <summary>Cause and effect in order of time, each with its lag behind the first.</summary>
    private static IEnumerable<string> Steps(Withdrawal w, SessionLoss session, IReadOnlyList<RouteSymptom> episode)
    {
        var start = session.Restart is { } restart && restart.Time <= session.At ? restart.Time : session.At;
        if (session.Restart is { } cause)
        {
            yield return $"{cause.What} ({Lag(start, cause.Time)})";
        }

        yield return $"{session.What} ({Lag(start, session.At)}{(session.Down.Details.TryGetValue("reason", out var reason) ? $", {reason}" : "")})";
        if (session.Withdrawn is { } withdrawn && withdrawn != session.Down)
        {
            yield return $"route to {withdrawn.Subject} withdrawn at {withdrawn.At} ({Lag(start, withdrawn.Time!.Value)})";
        }

        var now = episode.Where(s => session.Covers(s.At)).ToArray();
        if (w.View.Facts.Of<Evidence.Capture.RoutingLoop>().Where(l => session.Covers(l.Start)).OrderBy(l => l.Start).ToArray() is { Length: > 0 } loops)
        {
            yield return $"loop: packets to {loops[0].Destination} go round at {loops[0].At} ({Lag(start, loops[0].Start)}): {RouteSymptom.Told(loops)}";
        }
        else if (now.FirstOrDefault(s => s.OnWay) is { } way)
        {
            yield return $"{way.What} ({Lag(start, way.At)})";
        }

        if (now.Where(s => !s.OnWay).MinBy(s => s.At) is { } timeOut)
        {
            yield return $"time-out: {timeOut.What} ({Lag(start, timeOut.At)} to {Lag(start, now[^1].At)})";
        }

        if (session.Up?.Time is { } up)
        {
            yield return $"{(session.Logged ? "session up" : "route there")} again ({Lag(start, up)})";
        }
    }

    protected override IEnumerable<NextEvidence> Next(Withdrawal w)
    {
        if (w.Untimed.Count > 0)
        {
            yield return RoutingEvidence.Zones(w.Place);
        }

        if (w.Hits.Any(h => h.Session.Carries(w.View, h.Episode[0].Ends) != Answer.Yes))
        {
            yield return ClusterEvidence.Pods(w.Place.Node, "which node the peers and the pods are on, and whether a routing daemon restarted");
        }
    }

    private static string Lag(Timestamp from, Timestamp to) => string.Create(null, $"{(to - from).TotalSeconds:+0.0;-0.0;+0.0} s");

    private static IEnumerable<Sighting> WentDownBefore(Withdrawal w)
    {
        foreach (var (session, episode) in w.Hits)
        {
            yield return Sighting.Of(true, $"{session.What} at {session.At}, {episode[0].What} {(episode[0].At - session.At).TotalSeconds:0.0} s later", session.Down.From, episode[0].From);
        }

        foreach (var line in w.Untimed)
        {
            yield return Sighting.Unknown($"session with {line.Subject} down at a time whose zone is not known", line.From);
        }

        if (w.Hits.Count > 0)
        {
            yield break;
        }

        foreach (var session in w.Sessions.Take(24))
        {
            var start = w.Episodes.Select(e => e[0]).MinBy(s => (s.At - session.At).Duration())!;
            var text = w.Unrelated(session) ? $"{session.What}, which carries no route to {start.Ends[0]}"
                : start.At < session.At ? $"{session.What} {(session.At - start.At).TotalSeconds:0.0} s after the trouble began"
                : $"the session with {session.Name} was up again long before the trouble began";

            // A late answer need not be one that found no way: what began before may be something else.
            yield return start.Ends.Count > 0 ? Sighting.Of(false, text, session.Down.From, start.From) : Sighting.Unknown(text, session.Down.From, start.From);
        }
    }

    private static IEnumerable<Sighting> NoChance(Withdrawal w)
    {
        if (w.Hits.Count == 0)
        {
            yield break;
        }

        var text = $"{w.Hits.Count} of {w.Episodes.Count} begins of trouble, {w.Sessions.Count} losses of sessions, by chance {w.Chance:P1}";
        yield return w.Chance <= Coincidence ? Sighting.Of(true, text, w.Hits[0].Session.Down.From) : Sighting.Unknown(text, w.Hits[0].Session.Down.From);
    }

    private static IEnumerable<Sighting> NoWay(Withdrawal w) => w.Hits.SelectMany(h => h.Episode.Where(s => s.OnWay && h.Session.Covers(s.At) && h.Session.Carries(w.View, s.Ends) == Answer.Yes))
        .Take(24).Select(s => Sighting.Of(true, s.What, s.From));

    private static IEnumerable<Sighting> Withdrew(Withdrawal w) => w.Hits.Where(h => h.Session.Withdrawn is not null)
        .Select(h => Sighting.Of(true, $"{h.Session.Withdrawn!.Text} {(h.Session.Withdrawn.Time!.Value - h.Session.At).TotalSeconds:0.000} s after the session went down", h.Session.Withdrawn.From));

    private static IEnumerable<Sighting> Carries(Withdrawal w) => w.Hits.Select(h => h.Session.Carries(w.View, h.Episode[0].Ends) == Answer.Yes
        ? Sighting.Of(true, $"{h.Episode[0].Ends[0]} lives at one of its ends", h.Session.Down.From) : Sighting.Unknown(h.Episode[0].Ends is [var to, ..] ? $"nobody says where {to} lives" : "nobody says where the packets went", h.Session.Down.From));

    private static IEnumerable<Sighting> Logged(Withdrawal w) => w.Hits.Where(h => h.Session.Logged).Select(h => Sighting.Of(true, $"{h.Session.What}: {h.Session.Down.From}", h.Session.Down.From));

    private static IEnumerable<Sighting> ToldByCluster(Withdrawal w) => w.Struck.Where(s => s.Told is not null).Select(s => Sighting.Of(true, s.Told!.Value.What, s.Told.Value.From));

    private static IEnumerable<Sighting> Restarted(Withdrawal w) => w.Struck.Where(s => s.Restart is not null)
        .Select(s => Sighting.Of(true, $"{s.Restart!.Value.What}, {(s.At - s.Restart.Value.Time).TotalSeconds:0.0} s before the session went down", s.Restart.Value.From));

    private static IEnumerable<Sighting> NotGraceful(Withdrawal w) => w.View.Facts.Of<CniSetting>().Where(s => s.Name == "bgp-graceful-restart").Select(s => Sighting.Of(s.Value != "true", $"{s.Plugin}: {s.Value}", s.From));

    /// <summary>Losses of sessions that one device logged, and the troubles of the case.</summary>
    internal sealed class Withdrawal : Hypothesis
    {
        internal Withdrawal(
            CaseView view, string? node, IReadOnlyList<SessionLoss> sessions, IReadOnlyList<Evidence.Stack.LogEvent> untimed, IReadOnlyList<IReadOnlyList<RouteSymptom>> episodes)
            : base(view, new Scope(node))
        {
            (Place, Sessions, Untimed, Episodes) = (new VantagePoint(node), sessions, untimed, episodes);
            Hits = [.. episodes.Select(e => (Session: sessions.LastOrDefault(s => s.Covers(e[0].At) && s.Carries(view, e[0].Ends) != Answer.No), Episode: e)).Where(h => h.Session is not null)!];
            Struck = [.. sessions.Where(s => Hits.Any(h => h.Session == s || (s.At > h.Episode[0].At && h.Episode.Any(x => s.Covers(x.At) && s.Carries(view, x.Ends) == Answer.Yes))))];
            Losses = [.. view.Losses.Where(l => Covered(RouteSymptom.Time(l), RouteSymptom.EndsOf(view, l)))];
            Attempts = [.. view.Attempts.Where(a => (a.Failed || a.Slow) && a.SynTimes.Count > 0 && Covered(a.SynTimes[0], [a.ServerThere.Address, a.Client.Address]))];
            Stalls = [.. view.Stalls.Where(s => s.Abnormal && Covered(s.Pause.Start, [view.Trails[s.Connection].ServerThere.Address, view.Trails[s.Connection].Client.Address]))];
            Chance = Compared();
        }

        internal VantagePoint Place { get; }

        internal IReadOnlyList<SessionLoss> Sessions { get; }

        internal IReadOnlyList<Evidence.Stack.LogEvent> Untimed { get; }

        /// <summary>Times of trouble, each in order of time.</summary>
        internal IReadOnlyList<IReadOnlyList<RouteSymptom>> Episodes { get; }

        /// <summary>Episodes that begin while the routes of a session may be missing.</summary>
        internal IReadOnlyList<(SessionLoss Session, IReadOnlyList<RouteSymptom> Episode)> Hits { get; }

        /// <summary>Sessions whose loss an episode began with, or that were lost again before it was over and its packets found no way once more.</summary>
        internal IReadOnlyList<SessionLoss> Struck { get; }

        /// <summary>How often the losses would come as near before the episodes if their times had nothing to do with each other.</summary>
        internal double Chance { get; }

        /// <summary>The packets that found no way were going over that very session.</summary>
        internal override bool Placed => Scope.Node is not null && Hits.Count > 0;

        internal override IReadOnlyList<Loss> Losses { get; }

        internal override IReadOnlyList<Attempt> Attempts { get; }

        internal override IReadOnlyList<Stall> Stalls { get; }

        internal bool Unrelated(SessionLoss session) => Episodes.All(e => session.Carries(View, e[0].Ends) == Answer.No);

        private bool Covered(Timestamp time, IReadOnlyList<IPAddress> ends) =>
            ends.Count > 0 && Hits.Any(h => time >= h.Episode[0].At && time <= h.Episode[^1].At) && Struck.Any(s => s.Covers(time) && s.Carries(View, ends) != Answer.No);

        private double Compared()
        {
            var times = View.Captures.SelectMany(c => new[] { c.First, c.Last }).Concat(View.Facts.Of<LoadReport>().SelectMany(l => new[] { l.First, l.Last })).OfType<Timestamp>().Concat(Sessions.Select(s => s.At)).Concat(Episodes.Select(e => e[0].At)).ToArray();
            return times.Length == 0 ? 1 : ShiftedLags.Chance([.. Sessions.Select(s => Seconds(s.At))], [.. Episodes.Select(e => Seconds(e[0].At))], 0, Seconds(times.Max()));

            double Seconds(Timestamp time) => (time - times.Min()).TotalSeconds;
        }
    }
}
