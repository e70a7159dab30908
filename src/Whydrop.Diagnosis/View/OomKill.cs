using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>One kill of the kernel's out-of-memory killer, as a log tells it: once, whatever files hold it.</summary>
/// <param name="Log">The line that names the victim.</param>
/// <param name="Begun">When the search for memory ended in the killer's being called, or the kill itself; null when the log has no time that can be placed.</param>
/// <param name="Over">When its memory was taken, or the kill itself.</param>
internal sealed record OomKill(LogEvent Log, Timestamp? Begun, Timestamp? Over)
{
    // MAX_OOM_REAP_RETRIES times HZ/10 (mm/oom_kill.c): as long as the kernel tries before it says that it cannot. Before, who wants memory searches for it in vain.
    private static readonly TimeSpan Dying = TimeSpan.FromSeconds(1);

    // Two hosts that keep time by NTP.
    private static readonly TimeSpan OtherClock = TimeSpan.FromSeconds(1);

    private const long Second = 1_000_000_000;

    internal string Victim => $"{Log.Subject ?? "a process"}{(Log.Details.TryGetValue("pid", out var pid) ? $" ({pid})" : "")}";

    /// <summary>"java (4711), 512000kB, of /kubepods/…, at 10:00:00".</summary>
    internal string Text => Victim + (Log.Details.TryGetValue("rss", out var rss) ? $", {rss}" : "") + (Log.Details.TryGetValue("cgroup", out var group) ? $", of {group}" : "")
        + (Begun is { } begun ? $", at {begun}" : Log.Uptime is { } uptime ? string.Create(null, $", {uptime.TotalSeconds:0} s after boot") : ", time not known");

    /// <summary>Its time is that of a clock on the wall, not counted from boot: what it contradicts is contradicted.</summary>
    internal bool Dated => Begun is not null && !Log.Details.ContainsKey(LogEvent.Clock);

    /// <summary>The time in which it can make others wait, as clocks of that node show it; null when not known.</summary>
    internal (Timestamp From, Timestamp To)? Window(string? node)
    {
        if (Begun is not { } begun || Over is not { } over)
        {
            return null;
        }

        // Many logs print whole seconds, and so does the kernel the time of boot.
        var unsure = (node == Log.At.Node ? TimeSpan.Zero : OtherClock) + (!Dated || begun.UnixNanoseconds % Second == 0 ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);
        return (Timestamps.Add(begun, -Dying - unsure), Timestamps.Add(over, Dying + unsure));
    }

    /// <summary>Every kill that the logs tell, by node and time.</summary>
    internal static IReadOnlyList<OomKill> Find(CaseView view)
    {
        var found = new List<OomKill>();
        foreach (var file in view.Facts.Of<LogEvent>().Where(e => e.Kind.StartsWith("oom-", StringComparison.Ordinal)).GroupBy(e => (e.At.Node, e.From.Source)))
        {
            LogEvent? invoked = null;
            foreach (var line in file)
            {
                if (line.Kind == "oom-invoked")
                {
                    invoked = line;
                }
                else if (line.Kind is "oom-kill" or "oom-reported")
                {
                    found.Add(new OomKill(line, Earlier(invoked?.Time, line.Time), line.Time));
                    invoked = null;
                }
                else if (found.FindLastIndex(k => k.Log.From.Source == line.From.Source && Pid(k.Log) is { } pid && pid == Pid(line)) is var killed and >= 0)
                {
                    found[killed] = found[killed] with { Over = line.Time ?? found[killed].Over };
                }
            }
        }

        found.AddRange(Told(view).Where(t => !found.Any(k => k.Log.At.Node == t.Log.At.Node && (k.Begun is null || (k.Begun.Value - t.Begun!.Value).Duration() <= Dying + OtherClock))).ToArray());
        return
        [
            .. found.GroupBy(k => (k.Log.At.Node, Pid(k.Log) ?? k.Log.Text)).Select(g => g.OrderByDescending(k => k.Begun is not null).ThenByDescending(k => k.Log.Kind == "oom-kill").First())
                .OrderBy(k => k.Begun ?? default),
        ];
    }

    /// <summary>What the kubelet says of the last run of a container; of earlier ones only their number is left.</summary>
    private static IEnumerable<OomKill> Told(CaseView view) => view.Facts.Of<Pod>().SelectMany(p => p.Containers.Where(c => c.Ended is { Reason: "OOMKilled", Finished: not null } && p.Node is not null)
        .Select(c => new OomKill(
            new LogEvent(new VantagePoint(p.Node), p.From, c.Ended!.Finished, null, FromObject, $"{c.Name} of {p.Name}", $"{c.Name} of {p.Name}: OOMKilled", new Dictionary<string, string>()),
            c.Ended.Finished, c.Ended.Finished)));

    /// <summary>Kind of a kill that only an object of the cluster tells.</summary>
    internal const string FromObject = "oom-told";

    /// <summary>It killed the process that held the socket that listened there.</summary>
    internal bool HitListener(CaseView view, VantagePoint stack, IPEndPoint server) =>
        Pid(Log) is { } pid && view.Stacks.At(stack).Sockets.Any(s => s.State == "LISTEN" && s.Local.Port == server.Port && Holds(s, pid));

    /// <summary>
    /// It killed a process of that network namespace: by the process that holds its sockets, by the control group. No: of another. Unknown: nothing tells.
    /// </summary>
    internal Answer Hit(CaseView view, VantagePoint stack)
    {
        if (Pid(Log) is { } pid && view.Stacks.At(stack).Sockets.Any(s => Holds(s, pid)))
        {
            return Answer.Yes;
        }

        var own = view.Facts.Of<CgroupSetting>().Where(c => c.At.Stack == stack).Select(c => c.Group)
            .Concat(view.Facts.Of<Counter>().Where(c => c.At.Stack == stack).Select(c => c.ControlGroup)).OfType<string>().Where(g => g.Length > 1).Distinct().ToArray();
        return !Log.Details.TryGetValue("cgroup", out var group) || own.Length == 0 ? Answer.Unknown
            : Array.Exists(own, g => Inside(group, g) || Inside(g, group) || (Log.Details.TryGetValue("pod-uid", out var uid) && g.Replace('_', '-').Contains(uid, StringComparison.Ordinal)))
            ? Answer.Yes : Answer.No;
    }

    private static bool Inside(string path, string of) => path.StartsWith(of, StringComparison.Ordinal) && (path.Length == of.Length || path[of.Length] == '/');

    // ss: users:(("java",pid=4711,fd=6)); netstat: 4711/java
    private static bool Holds(SocketState socket, string pid) =>
        socket.Process is { } process && (process.Contains($"pid={pid},", StringComparison.Ordinal) || process.StartsWith($"{pid}/", StringComparison.Ordinal));

    private static string? Pid(LogEvent line) => line.Details.GetValueOrDefault("pid");

    private static Timestamp? Earlier(Timestamp? a, Timestamp? b) => a is { } first && b is { } second && first < second ? first : b;
}
