using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>The BGP sessions of a case that went down, and the restarts around them.</summary>
internal static class SessionLosses
{
    // An end that is killed is missed when the hold time is over: 240 s in BIRD, 90 s in RFC 4271 10.
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(240);

    // Logs of whole seconds cut off the rest.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private static readonly string[] Daemons = ["kube-router", "calico-node", "bird", "bgpd", "frr", "gobgp", "speaker", "cilium-agent"];

    /// <summary>Each loss once, however many lines tell it, in order of time.</summary>
    internal static IReadOnlyList<SessionLoss> Find(CaseView view)
    {
        var losses = new List<SessionLoss>();
        var restarts = Restarts(view).OrderBy(r => r.Time).ToArray();
        foreach (var session in view.Facts.Of<LogEvent>().Where(e => e.Kind is "bgp-down" or "bgp-up" && e.Time is not null).GroupBy(e => (e.At.Node, e.Subject)))
        {
            LogEvent? down = null;
            foreach (var line in session.OrderBy(e => e.Time!.Value))
            {
                if (line.Kind == "bgp-down")
                {
                    // A second line without an "up" between is of the same loss: a trap beside the log, the other family.
                    down ??= line;
                }
                else if (down is not null)
                {
                    losses.Add(Of(view, down, line, restarts));
                    down = null;
                }
            }

            if (down is not null)
            {
                losses.Add(Of(view, down, null, restarts));
            }
        }

        losses.AddRange(Inferred(view, restarts).Where(i => !losses.Exists(l => l.Logged && l.At - i.At <= Tick && i.At <= l.Until && (l.Withdrawn == i.Down || l.Peer is null || l.Peer.Equals(i.Peer)))).ToArray());
        return [.. losses.OrderBy(l => l.At)];
    }

    /// <summary>Routes over one peer that were deleted, once at least when a routing daemon of one of the two ended: their session did too, though no log says so.</summary>
    private static IEnumerable<SessionLoss> Inferred(CaseView view, IReadOnlyList<Restart> restarts)
    {
        foreach (var routes in view.Facts.Of<LogEvent>().Where(e => e.Kind is "route-deleted" or "route-added" && e.Time is not null && e.Details.ContainsKey("via"))
            .GroupBy(e => (e.At.Node, Prefix: e.Subject, Via: e.Details["via"])))
        {
            var lines = routes.OrderBy(e => e.Time!.Value).ToArray();
            SessionLoss[] deleted = [.. lines.Where(l => l.Kind == "route-deleted").Select(l => Of(view, l, lines.FirstOrDefault(u => u.Kind == "route-added" && u.Time >= l.Time), restarts))];
            if (deleted.Any(d => d.Restart is not null))
            {
                foreach (var loss in deleted)
                {
                    yield return loss;
                }
            }
        }
    }

    /// <summary>Losses of sessions whose time cannot be placed.</summary>
    internal static IEnumerable<LogEvent> Untimed(CaseView view) => view.Facts.Of<LogEvent>().Where(e => e.Kind == "bgp-down" && e.Time is null);

    private static SessionLoss Of(CaseView view, LogEvent down, LogEvent? up, IReadOnlyList<Restart> restarts)
    {
        var peer = (down.Kind == "bgp-down" ? down.Subject : down.Details.GetValueOrDefault("via")) is { } subject && IPAddress.TryParse(subject.Split('%')[0], out var address) ? address : null;
        var at = down.Time!.Value;
        var ends = new[] { down.At.Node, peer is null ? null : view.Places.NodeWith(peer) };
        var around = restarts.Where(r => (r.Node is null || ends.Contains(r.Node) || Array.Exists(ends, e => e is null))
            && (r.Stops ? at - r.Time <= HoldTime && r.Time - at <= Tick : r.Time >= at && (up is null ? r.Time - at <= HoldTime : r.Time <= up.Time!.Value)))
            .OrderBy(r => !r.Stops).ThenBy(r => (r.Time - at).Duration()).Select(r => (r.ByCluster, ((Timestamp, string, Provenance)?)(r.Time, r.What, r.From))).ToArray();
        var nearest = around.FirstOrDefault().Item2;
        IPNetwork[] routed = peer is null ? [] : view.Facts.Of<Route>().Where(r => peer.Equals(r.Via) && r.Destination.PrefixLength > 0).Select(r => r.Destination).Concat(IPNetwork.TryParse(down.Kind == "bgp-down" ? "" : down.Subject, out var deleted) ? [deleted] : []).Distinct().ToArray();
        var loss = new SessionLoss(down, peer, up, routed, nearest);
        return loss with
        {
            Withdrawn = view.Facts.Of<LogEvent>().Where(e => e.Kind == "route-deleted" && e.Time is { } time && time >= Timestamps.Add(at, -Tick) && time <= loss.Until
                && (e.At.Node == down.At.Node || peer is null || e.Details.GetValueOrDefault("via") is { } via && (via == peer.ToString() || IsOf(view, via, down.At.Node)))).MinBy(e => e.Time),
            Told = Array.Find(around, r => r.ByCluster).Item2,
        };
    }

    private static bool IsOf(CaseView view, string address, string? node) => node is not null && IPAddress.TryParse(address, out var via) && view.Places.NodeWith(via) == node;

    /// <summary>A routing daemon that stopped or started.</summary>
    /// <param name="ByCluster">An object of the cluster says so, not the daemon's own log.</param>
    private sealed record Restart(Timestamp Time, string? Node, bool Stops, string What, Provenance From, bool ByCluster);

    private static IEnumerable<Restart> Restarts(CaseView view)
    {
        foreach (var line in view.Facts.Of<LogEvent>().Where(e => e.Kind is "daemon-stop" or "daemon-start" && e.Time is not null))
        {
            var stops = line.Kind == "daemon-stop";
            yield return new Restart(line.Time!.Value, line.At.Node, stops, $"{line.Subject ?? "a routing daemon"} {(stops ? "stopped" : "started")}", line.From, false);
        }

        foreach (var told in view.Facts.Of<ClusterEvent>().Where(e => e.Kind == "Pod" && IsDaemon(e.Name) && e.Reason is "Killing" or "Started"))
        {
            // The message names the container, which may be another one of the pod.
            if ((told.Last ?? told.First) is { } time && IsDaemon(told.Message))
            {
                yield return new Restart(time, told.Node, told.Reason == "Killing", $"{told.Name}: {told.Reason}", told.From, true);
            }
        }

        foreach (var pod in view.Facts.Of<Pod>())
        {
            foreach (var container in pod.Containers.Where(c => IsDaemon(c.Name) && c.Ended?.Finished is not null))
            {
                yield return new Restart(container.Ended!.Finished!.Value, pod.Node, true, $"{container.Name} of {pod.Name} ended ({container.Ended.Reason ?? "no reason told"}, exit code {container.Ended.ExitCode?.ToString() ?? "not told"})", pod.From, true);
            }
        }
    }

    private static bool IsDaemon(string name) => Array.Exists(Daemons, d => name.Contains(d, StringComparison.Ordinal));
}
