using Whydrop.Diagnosis.Statistics;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Load;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis;

/// <summary>Kills for want of memory in one pod, or on one node, and what connections suffered there.</summary>
/// <param name="view">The case.</param>
/// <param name="at">The pod, or the node.</param>
/// <param name="pod">The pod whose own process was killed; null when it is not known whose.</param>
/// <param name="counts">Growth of its kill counters.</param>
/// <param name="kills">Kills in logs that were there, or may have been.</param>
/// <param name="others">Of a node: pods whose own process was killed; what their connections suffered is told of them.</param>
internal sealed class MemoryKilling(
    CaseView view, VantagePoint at, VantagePoint? pod, IReadOnlyList<CounterDelta> counts, IReadOnlyList<OomKill> kills, IReadOnlySet<VantagePoint> others) : Hypothesis(view, Scope.Of(at))
{
    // memory.events counts what happened in child groups too, memory.events.local does not; version 1 counts in memory.oom_control since 4.13.
    private static readonly string[] Counters = ["Cgroup.memory.events.oom_kill", "Cgroup.memory.events.local.oom_kill", "Cgroup.memory.oom_control.oom_kill"];

    private static readonly IReadOnlySet<VantagePoint> NoOthers = new HashSet<VantagePoint>();

    // RFC 6298 (2.4): as long as an acknowledgment may take at the least before somebody gives up on it.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    internal VantagePoint At { get; } = at;

    internal VantagePoint? Pod { get; } = pod;

    internal IReadOnlyList<CounterDelta> Counts { get; } = counts;

    internal IReadOnlyList<OomKill> Kills { get; } = kills;

    /// <summary>Servers there that were refused from one moment on.</summary>
    internal IReadOnlyList<Outage> Outages { get; } = [.. Outage.Find(view).Where(o => o.Refused.Any(a => Concerns(view, at, pod, others, a.Connection)))];

    /// <summary>Those that the kills may have brought about.</summary>
    internal IEnumerable<Outage> Deaths => Outages.Where(o => Brought(o) != Answer.No && o.Survived.Count == 0);

    /// <summary>The kills by the clocks of the captures; none where their times are not known.</summary>
    internal IReadOnlyList<(Timestamp From, Timestamp To)> Windows => windows ??= [.. Kills.Select(k => k.Window(SameClock ? k.Log.At.Node : null)).OfType<(Timestamp, Timestamp)>()];

    /// <summary>When connections got into trouble there, those of one outage once; without captures the late requests of a load tool, of no known connection.</summary>
    internal IReadOnlyList<(Timestamp Time, int Connection, Provenance From)> Onsets => onsets ??= [.. FindOnsets().OrderBy(o => o.Time)];

    /// <summary>The captures run by the clock of the log's node, and so do its lines.</summary>
    internal bool SameClock { get; } = view.Captures.Any() && kills.All(k => k.Dated) && view.Trails.SelectMany(t => t.Flows).Where(f => f.At.Stack == at || f.At.Node == at.Node).Select(f => f.At.Node).Distinct()
        .All(n => kills.All(k => k.Log.At.Node == n || view.Stacks.HostOf(new VantagePoint(n)) == k.Log.At.Node));

    internal int Hits => Onsets.Count(o => Within(o.Time));

    /// <summary>A log tells of every kill. An object of the cluster dates the last end of a container only, so that trouble at another time may be of an earlier one.</summary>
    internal bool Dates => Kills.All(k => k.Log.Kind != OomKill.FromObject);

    /// <summary>Kills in which any trouble began.</summary>
    internal int KillsHit => Windows.Count(w => Onsets.Any(o => o.Time >= w.From && o.Time <= w.To));

    internal double Chance => chance ??= CircularShift.Test(Windows, [.. Onsets.Select(o => o.Time)], Watched).Chance;

    internal string Victims => Kills.Count == 0 ? $"{Counts.Max(c => c.Delta)} process{(Counts.Max(c => c.Delta) == 1 ? "" : "es")}"
        : string.Join(", ", Kills.Select(k => k.Victim).Distinct().Take(2)) + (Kills.Count > 2 ? $" and {Kills.Count - 2} more" : "");

    internal override bool Placed => At.Node is not null;

    internal override bool MayBeRuledOut => Pod is not null;

    internal override IReadOnlySet<int> Connections => Deaths.SelectMany(o => o.Refused.Select(a => a.Connection).Concat(o.Ended.Select(t => t.Connection)))
        .Concat(Onsets.Where(o => o.Connection >= 0 && Within(o.Time)).Select(o => o.Connection))
        .Concat(Attempts.Select(a => a.Connection)).ToHashSet();

    /// <summary>Attempts that failed or were late because they were made while the kernel killed; those after the first of an outage are no onset of their own.</summary>
    internal override IReadOnlyList<Attempt> Attempts => attempts ??= [.. View.Attempts.Where(a => (a.Failed || a.Slow) && a.SeenAt.Count > 0 && Within(a.SeenAt[^1].First) && Concerns(View, At, Pod, others, a.Connection))];

    /// <summary>Transmissions lost while the kernel killed, of connections there.</summary>
    internal override IReadOnlyList<Loss> Losses => losses ??= [.. View.Losses.Where(l => l.Direction.Connection >= 0 && Within(RouteSymptom.Time(l)) && Concerns(View, At, Pod, others, l.Direction.Connection))];

    /// <summary>Of the transmissions that were lost meanwhile, those that the last device before the pod had seen, and the rest.</summary>
    internal (int Delivered, int Short) Reached
    {
        get
        {
            var last = Losses.Select(l => l.LastSeen is { } seen && View.Trails[l.Direction.Connection] is { Flows.Count: > 0 } trail && l.Direction == trail.ToServer && seen == trail.Flows[^1].At && LastDevice.Before(View, seen, trail.ServerThere.Address) == Answer.Yes).ToArray();
            return (last.Count(reached => reached), last.Count(reached => !reached));
        }
    }

    /// <summary>The containers that the cluster says were killed at those times, or whose pod the log names.</summary>
    internal IReadOnlyList<(string Name, string Text, Provenance From)> Containers =>
    [
        .. View.Facts.Of<Pod>().SelectMany(p => p.Containers.Where(c => Kills.Any(k => Is(k, p, c))).Select(c => ($"container {c.Name} of pod {p.Name}",
            $"{c.Name} of {p.Name}{(c.Ended is { Reason: { } reason } ended ? $", {reason}{(ended.Finished is { } at ? $" at {at}" : "")}" : "")}{(c.Restarts is { } times ? $", restarted {times} times" : "")}", p.From))),
    ];

    private static bool Is(OomKill kill, Pod pod, PodContainer container) => kill.Log.Kind != OomKill.FromObject && container.Ended is { Reason: "OOMKilled", Finished: { } at }
        && (pod.Node is null || pod.Node == kill.Log.At.Node) && kill.Window(null) is { } window && at >= window.From && at <= window.To;

    private bool Within(Timestamp time) => Windows.Any(w => time >= w.From && time <= w.To);

    private IReadOnlyList<(Timestamp, Timestamp)>? windows;
    private IReadOnlyList<(Timestamp Time, int Connection, Provenance From)>? onsets;
    private double? chance;
    private IReadOnlyList<Attempt>? attempts;
    private IReadOnlyList<Loss>? losses;

    private (Timestamp From, Timestamp To) Watched
    {
        get
        {
            var seen = View.Captures.Where(c => c.First is not null && (c.At.Stack == At || c.At.Node == At.Node)).ToArray();
            if (seen.Length == 0 && View.Facts.Of<LoadReport>().Where(r => r.First is not null && r.Last is not null).ToArray() is { Length: > 0 } loads)
            {
                return (loads.Min(r => r.First!.Value), loads.Max(r => r.Last!.Value));
            }

            return seen.Length == 0 ? default : (seen.Min(c => c.First!.Value), seen.Max(c => c.Last!.Value));
        }
    }

    /// <summary>Whether the kills brought it about: by who was killed, or by their times.</summary>
    internal Answer Brought(Outage o)
    {
        if (o.Survived.Count > 0)
        {
            return Answer.Unknown;
        }

        if (Windows.Any(w => w.To >= o.Alive && w.From <= o.Dead))
        {
            return Pod is not null ? Answer.Yes : Answer.Unknown;
        }

        if (Windows.Count > 0 && Windows.Count == Kills.Count && SameClock)
        {
            return Answer.No;
        }

        return Pod is { } stack && Kills.Any(k => !k.Dated && k.HitListener(View, stack, o.Server)) ? Answer.Yes : Answer.Unknown;
    }

    /// <summary>By pod where the kernel counted in it, or the log names one of its processes; else by the node whose log it is.</summary>
    internal static IEnumerable<MemoryKilling> Find(CaseView view)
    {
        var kills = OomKill.Find(view);
        var counted = view.Facts.Of<CounterDelta>().Where(c => Counters.Contains(c.Name)).ToLookup(c => c.At.Stack);
        var servers = view.Trails.Where(t => t.Flows.Count > 0).Select(t => view.Stacks.End(t.Connection, false)).OfType<StackEnd>().Where(e => e.Proven).Select(e => e.At).Distinct();
        var pods = counted.Where(g => g.Any(c => c.Delta > 0) && g.Key.Node is not null).Select(g => g.Key)
            .Union(servers.Where(s => !counted[s].Any() && kills.Any(k => k.Hit(view, s) == Answer.Yes))).ToArray();
        var own = new HashSet<OomKill>(ReferenceEqualityComparer.Instance);
        foreach (var pod in pods)
        {
            var host = view.Stacks.HostOf(pod) ?? pod.Node;
            OomKill[] there = [.. kills.Where(k => k.Hit(view, pod) is var hit && (hit == Answer.Yes || (hit == Answer.Unknown && (k.Log.At.Node == host || k.Log.At.Node == pod.Node))))];

            // More than it counted: they are of others too, and nothing tells which.
            CounterDelta[] grown = [.. counted[pod].Where(c => c.Delta > 0)];
            there = grown.Length > 0 && there.Length > grown.Max(c => c.Delta) ? [.. there.Where(k => k.Hit(view, pod) == Answer.Yes)] : there;
            own.UnionWith(there);
            yield return new MemoryKilling(view, pod, pod, grown, there, NoOthers);
        }

        foreach (var node in kills.Where(k => k.Log.At.Node is not null).GroupBy(k => k.Log.At.Node))
        {
            // Whoever was killed in a pod of its own can make its neighbours wait all the same.
            var strange = node.Any(k => !own.Contains(k));
            var found = new MemoryKilling(view, new VantagePoint(node.Key), null, [], [.. node], pods.ToHashSet());

            // A kill on a node whose connections do not suffer, or at another time, is no news of them.
            if (found.Hits > 0 || (strange && (!view.Captures.Any() || found.Deaths.Any() || (found.Onsets.Count > 0 && found.Windows.Count == 0))))
            {
                yield return found;
            }
        }
    }

    private IEnumerable<(Timestamp Time, int Connection, Provenance From)> FindOnsets()
    {
        // Without a capture a load tool that dates its samples tells when, though not why.
        if (!View.Captures.Any())
        {
            foreach (var late in View.Facts.Of<LateRequest>())
            {
                yield return (late.Time, -1, late.From);
            }
        }

        bool Here(int connection) => Concerns(View, At, Pod, others, connection);

        // One attempt after another fails: the first tells when.
        foreach (var server in View.Attempts.Where(a => a.SeenAt.Count > 0 && Here(a.Connection)).GroupBy(a => a.ServerThere))
        {
            var failing = false;
            foreach (var attempt in server.OrderBy(a => a.SeenAt[^1].First))
            {
                var fails = attempt.Failed || attempt.Slow;
                if (fails && !failing)
                {
                    yield return (attempt.SeenAt[^1].First, attempt.Connection, attempt.From);
                }

                failing = fails;
            }
        }

        foreach (var reset in View.Resets.Where(r => r.Abnormal && Here(r.Direction.Connection)))
        {
            yield return (reset.Segment.Seen, reset.Direction.Connection, reset.From);
        }

        // A sender that waits in vain sends again and waits on: the first wait tells when.
        foreach (var waits in View.Stalls.Where(s => IsTrouble(s) && Here(s.Connection)).GroupBy(s => s.Connection))
        {
            Timestamp? until = null;
            foreach (var stall in waits.OrderBy(s => s.Pause.Start))
            {
                if (stall.Pause.Start != until)
                {
                    yield return (stall.Pause.Start, stall.Connection, stall.From);
                }

                until = Timestamps.Add(stall.Pause.Start, stall.Duration);
            }
        }
    }

    private static bool IsTrouble(Stall s) => s.For switch
    {
        WaitsFor.ServerAcknowledgment or WaitsFor.ClientAcknowledgment => s.Pause.EndedBy == PauseEnd.Retransmission,
        WaitsFor.ServerApplication or WaitsFor.ServerWindow => s.Duration >= Silence,
        _ => false,
    };

    /// <summary>A server in that pod; of a node: its captures saw it, or one end lives there.</summary>
    private static bool Concerns(CaseView view, VantagePoint at, VantagePoint? pod, IReadOnlySet<VantagePoint> others, int connection)
    {
        if (pod is not null)
        {
            return view.Stacks.End(connection, false)?.At == pod;
        }

        if (others.Count > 0 && view.Stacks.End(connection, false)?.At is { } end && others.Contains(end))
        {
            return false;
        }

        return view.Trails[connection].Flows.Any(f => f.At.Node == at.Node) || view.Stacks.End(connection, false)?.At is { } server && (server.Node == at.Node || view.Stacks.HostOf(server) == at.Node);
    }
}
