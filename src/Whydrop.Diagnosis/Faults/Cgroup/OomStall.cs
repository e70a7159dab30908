using Whydrop.Diagnosis.Statistics;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Load;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Cgroup;

/// <summary>The kernel runs out of memory for a pod or the node: who asks for memory stands still, then a process is killed, and its connections with it.</summary>
internal sealed class OomStall : FaultOf<MemoryKilling>
{
    public override string Id => "oom-stall";

    public override string Name => "Out-of-memory kill ends or stalls connections";

    public override FaultLayer Layer => FaultLayer.Cgroup;

    public override string UserSees => "Seconds of silence, then connections closed or reset all at once and new ones refused until the container is back; or, beside a killed neighbour, time-outs now and then.";

    public override string Mechanism =>
        "A control group reaches its limit, or the node its last page. Whoever asks for memory searches for it first and stands still; then the kernel kills a process. A process with many threads and much memory "
        + "takes long to die and keeps processors busy meanwhile. Its kernel closes all its sockets at once: with a RST where data was unread, else with a FIN, and refuses what comes after.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("connection-refused-closed-port", "There nothing had listened before, or nothing was killed."),
        new("app-rst", "There the application closes by itself, one connection at a time."),
        new("app-slow-response", "There late answers come at any time, not when the kernel kills."),
        new("cfs-throttling", "There the pod stands still for less than a period, again and again, and nothing dies."),
    ];

    public override string Remedy => "Raise the memory limit of what is killed or make it take less (heap size, threads, caches); give pods on the node requests that fit, so that one cannot starve its neighbours; let clients retry.";

    public override string Verify => "oom_kill of memory.events (cgroup v1: memory.oom_control) stays as it is under the same load, and so do time-outs, for three times as long as they used to be apart.";

    public override IReadOnlyList<string> References =>
        ["mm/oom_kill.c oom_kill_process, oom_reaper", "mm/memcontrol.c mem_cgroup_out_of_memory", "Documentation/admin-guide/cgroup-v2.rst (memory.events)", "net/ipv4/tcp.c __tcp_close (RST with unread data, else FIN)"];

    internal override IReadOnlyList<string> LeadsTo => ["connection-refused-closed-port", "app-rst", "app-slow-response", "fin-half-close", "http-keepalive-race", "peer-vanished", "path-blackout"];

    protected override IEnumerable<QuestionOf<MemoryKilling>> Ask() =>
    [
        new("Did the kernel kill a process for want of memory?", Quantifier.Any, QuestionRole.Signature, Killed),
        new("Did connections end all at once, fall silent or get refused when it did?", Quantifier.Any, QuestionRole.Mechanism, Suffered),
        new("Is that more than coincidence?", Quantifier.Any, QuestionRole.Discriminator, BeyondChance, "app-slow-response"),
        new("Had the network brought to the pod what was lost and sent again then?", Quantifier.All, QuestionRole.Support, NetworkBroughtIt),
        new("Had the control group reached its limit?", Quantifier.Any, QuestionRole.Support, AtLimit),
        new("Does the cluster say which container that was?", Quantifier.Any, QuestionRole.Support, NamedByCluster) { Collect = k => [ClusterEvidence.Pods(k.At.Node, "which container was killed, and which limit it has")] },
        new("Were requests late then, as whoever sent them saw it?", Quantifier.Any, QuestionRole.Support, LateThen) { Collect = k => OpenEvidence.Samples(k.View, "whether clients had to wait when the kernel killed, and at no other time") },
    ];

    protected override IEnumerable<MemoryKilling> Propose(CaseView view) => MemoryKilling.Find(view);

    protected override string Summarise(MemoryKilling k)
    {
        var outages = k.Deaths.ToArray();
        return $"The kernel killed {k.Victims} at {k.Scope} for want of memory"
            + (outages.Length > 0 ? $"; {outages[0].Server} took connections before, then {outages.Sum(o => o.Refused.Count)} were refused"
                + (outages.Sum(o => o.Ended.Count) is > 0 and var ended ? $" and {ended} that were open had been closed" : "") : "")
            + (outages.Length == 0 && k.Hits > 0 ? string.Create(null, $"; {k.Hits} of {k.Onsets.Count} troubles of connections began while it did, by chance {k.Chance:0.####}") : "")
            + (k.Pod is null && k.Reached is { Delivered: > 0, Short: 0 } reached ? $"; no retransmission is the network's: {Copied(k.View)}all {reached.Delivered} lost transmissions had passed the last device before the pod" : "") + ".";
    }

    protected override string RemedyFor(MemoryKilling k) => $"Raise the memory limit of {(k.Containers is { Count: > 0 } named ? string.Join(", ", named.Select(n => n.Name).Distinct().Take(3)) : k.Victims)}, or make it take less (heap size, threads, caches).";

    protected override IEnumerable<NextEvidence> Next(MemoryKilling k)
    {
        if (k.Pod is null)
        {
            yield return new NextEvidence(
                k.At, "grep . /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control (inside the pod of the server, before and after)", null, "whether a process of the server's own pod was killed");
        }

        if (k.Kills.Count == 0 || k.Kills.Any(l => l.Begun is null || l.Log.Kind == OomKill.FromObject))
        {
            yield return new NextEvidence(new VantagePoint(k.At.Node), "journalctl -k -o short-iso-precise --no-pager | grep -iE 'oom|killed process' (on the node of the pod)", null, "who was killed and when, by a clock that can be laid beside the captures");
        }

        if (k.View.Captures.Any() && (k.Deaths.Any() || k.Hits > 0))
        {
            yield break;
        }

        yield return AttemptEvidence.Capture(k.At, "tcp", "whether connections fall silent, end or are refused while the kernel kills");
    }

    private static IEnumerable<Sighting> Killed(MemoryKilling k) =>
        k.Counts.Select(c => Sighting.Of(true, $"{c.Name} of {c.At} +{c.Delta}", c.From)).Concat(k.Kills.Select(l => Sighting.Of(true, l.Text, l.Log.From)));

    private static IEnumerable<Sighting> Suffered(MemoryKilling k)
    {
        foreach (var o in k.Outages)
        {
            var text = $"{o.Server} took connections until {o.Alive}, refused {o.Refused.Count} from {o.Dead} on"
                + (o.Ended.Count > 0 ? $", {o.Ended.Count} that were open closed by then" : "") + (o.Survived.Count > 0 ? $", {o.Survived.Count} lived on" : "");
            yield return new Sighting(k.Brought(o), text, [.. o.Evidence]);
        }

        if (k.Windows.Count > 0 && k.Onsets.Count > 0)
        {
            var text = $"{k.Hits} of {k.Onsets.Count} troubles began while the kernel killed";
            Provenance[] from = [.. k.Onsets.Select(o => o.From).Take(24)];
            yield return k.Hits > 0 ? new Sighting(k.View.Captures.Any() && (k.Pod is not null || k.KillsHit > 1) ? Answer.Yes : Answer.Unknown, text, from) : k.SameClock ? Sighting.Of(false, text, from) : Sighting.Unknown(text, from);
        }
    }

    // One in a hundred, as other tests of the catalogue; below ten events a miss shows little.
    private const double Coincidence = 0.01;
    private const double NoMoreThanChance = 0.05;
    private const int Telling = 10;

    private static IEnumerable<Sighting> BeyondChance(MemoryKilling k)
    {
        foreach (var o in k.Deaths.Where(o => k.Brought(o) == Answer.Yes && k.Pod is not null))
        {
            yield return Sighting.Of(true, $"the pod that was killed in is the pod of {o.Server}, and whatever listened there is gone", [.. o.Evidence]);
        }

        if (k.Windows.Count > 0 && k.Onsets.Count > 0)
        {
            var text = string.Create(null, $"{k.Hits} hits, {k.Onsets.Count - k.Hits} misses; a chance of {k.Chance:0.####} by shifting the kills along the capture");
            yield return k.Chance <= Coincidence ? Sighting.Of(true, text) : k.Dates && k.Hits < k.Onsets.Count && k.Onsets.Count >= Telling && k.Chance > NoMoreThanChance && !k.Deaths.Any() ? Sighting.Of(false, text) : Sighting.Unknown(text);
        }
        else
        {
            yield return Sighting.Unknown(k.Onsets.Count == 0 ? "no connection in trouble was captured" : "no kill has a time that can be placed in the captures");
        }
    }

    // Losses that the last device before the pod had seen are none of the network's.
    private static IEnumerable<Sighting> NetworkBroughtIt(MemoryKilling k)
    {
        var (delivered, missing) = k.Reached;
        if (k.Pod is null && delivered + missing > 0)
        {
            var text = $"{Copied(k.View)}{delivered} of {delivered + missing} lost transmissions had passed the last device before the pod";
            yield return missing == 0 ? Sighting.Of(true, text, [.. k.Losses.Select(l => l.From).Take(12)]) : Sighting.Unknown(text, [.. k.Losses.Select(l => l.From).Take(12)]);
        }
    }

    /// <summary>What a capture of all devices at once makes look like retransmissions; empty where none was taken so.</summary>
    private static string Copied(CaseView view) => InterfaceCopies.Find(view).ToArray() is { Length: > 0 } copies && copies.Sum(c => c.WithData) is > 0 and var fakes
        ? $"{fakes} of {fakes + copies.Sum(c => c.Retransmissions)} segments that look like one are copies on another device (-i any), " : "";

    private static IEnumerable<Sighting> NamedByCluster(MemoryKilling k) => k.Containers.Select(c => Sighting.Of(true, c.Text, c.From));

    private static IEnumerable<Sighting> LateThen(MemoryKilling k)
    {
        var late = k.View.Facts.Of<LateRequest>();
        var then = late.Where(l => k.Kills.Any(w => w.Window(null) is { } window && l.Time >= window.From && l.Time <= window.To)).ToArray();
        if (late.Count > 0)
        {
            var text = $"{then.Length} of {late.Count} late requests ({k.View.Facts.Of<LoadReport>().Sum(r => r.Requests)} in all)";
            yield return then.Length > 0 ? Sighting.Of(true, text, [.. then.Select(l => l.From).Take(12)]) : Sighting.Unknown(text, late[0].From);
        }
    }

    private static IEnumerable<Sighting> AtLimit(MemoryKilling k) => k.Pod is { } pod
        ? Counted.Grew(k.View, pod, "Cgroup.memory.failcnt", "Cgroup.memory.events.max", "Cgroup.memory.events.high") : [];
}
