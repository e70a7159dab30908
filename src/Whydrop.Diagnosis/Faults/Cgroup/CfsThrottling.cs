using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Cgroup;

/// <summary>The CPU quota of a pod is used up early in each period, and its threads stand still for the rest of it.</summary>
internal sealed class CfsThrottling : FaultOf<CfsThrottling.Throttled>
{
    public override string Id => "cfs-throttling";

    public override string Name => "CPU quota throttles the pod";

    public override FaultLayer Layer => FaultLayer.Cgroup;

    public override string UserSees => "Slow answers in steps of up to 100 ms, probes that time out, although the average CPU usage looks low and the network is clean.";

    public override string Mechanism =>
        "The threads of the pod use the quota of a period (100 ms as a rule) within a part of it; then the scheduler stops all of them until the next begins. The kernel acknowledges what arrives "
        + "meanwhile, so the connection looks alive while the application is silent.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("app-slow-response", "There the application is slow by itself; nothing is throttled, and its answers keep no beat."),
        new("cpu-steal", "There all pods of the node stand still, whatever their limits."),
        new("nagle-delayed-ack", "There the waits are 40 ms, and end with an acknowledgment."),
    ];

    public override string Remedy => "Raise or remove the CPU limit, run no more threads than the quota allows (GOMAXPROCS, thread pools), or allow a burst (cpu.max.burst).";

    public override string Verify => "nr_throttled of the pod's cpu.stat stands still under the same load, and the slowest answers get faster.";

    public override IReadOnlyList<string> References => ["Documentation/scheduler/sched-bwc.rst", "Documentation/admin-guide/cgroup-v2.rst (cpu.stat, cpu.max)", "https://github.com/kubernetes/kubernetes/issues/67577"];

    protected override IEnumerable<QuestionOf<Throttled>> Ask() =>
    [
        new("Was the control group throttled in more than one period of twenty, or do its answers keep the beat of a period?", Quantifier.Any, QuestionRole.Signature, Often),
        new("Did answers of that pod wait as long as threads stand still in a period?", Quantifier.Any, QuestionRole.Mechanism, AnswersWait),
        new("Do the answers wait in the pod, not on the way?", Quantifier.Any, QuestionRole.Discriminator, InThePod, "app-slow-response"),
        new("Has it a quota?", Quantifier.Any, QuestionRole.Support, HasQuota),
    ];

    private const string Periods = "Cgroup.cpu.stat.nr_periods";
    private const string NumberThrottled = "Cgroup.cpu.stat.nr_throttled";

    protected override IEnumerable<Throttled> Propose(CaseView view)
    {
        var counted = view.Facts.Of<CounterDelta>().Where(c => c.Name == NumberThrottled && c.ControlGroup is not "/").GroupBy(c => c.At.Stack).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Delta)!);
        foreach (var (stack, count) in counted.Where(c => c.Value.Delta > 0))
        {
            yield return new Throttled(view, Scope.Of(stack), stack, count, null);
        }

        var stalls = view.Stalls.ToLookup(s => s.Connection);
        foreach (var service in view.Trails.Where(t => t.Flows.Count > 0).GroupBy(t => (At: view.Stacks.End(t.Connection, client: false) is { Proven: true } end ? end.At : null, t.ServerThere)))
        {
            var count = service.Key.At is { } at ? counted.GetValueOrDefault(at) : null;
            if (count is null or { Delta: 0 } && OnBeat.Of(view, service.Key.At, service.Key.ServerThere, service.SelectMany(t => stalls[t.Connection])) is { } beat)
            {
                yield return new Throttled(view, service.Key.At is { } known ? Scope.Of(known) : Scope.Unplaced, service.Key.At, count, beat);
            }
        }
    }

    protected override string Summarise(Throttled t) => t.Count is not { } count ? $"{t.Beat!.Text}, as those of a pod that waits for its next CPU period."
        : string.Create(null, $"{t.Scope} was throttled in {count.Delta} of {t.Of} periods{(t.Still is { } still ? $", {still.TotalMilliseconds:0} ms each time" : "")}")
        + (t.Slowest is { } slowest ? string.Create(null, $"; its slowest answer took {slowest.MaxAnswer!.Value.TotalMilliseconds:0} ms") : "")
        + (t.Share is { OnWay: > 0 } share ? string.Create(null, $"; {share.InPod} of {share.InPod + share.OnWay} waits of its clients ({share.TimeInPod.TotalSeconds:0.0} of {(share.TimeInPod + share.TimeOnWay).TotalSeconds:0.0} s) were for the pod, the others for the network: it contributes, and is not the cause of those") : "") + ".";

    protected override IEnumerable<NextEvidence> Next(Throttled t)
    {
        var enter = AttemptEvidence.Enter(t.At);
        if (t.Count is null)
        {
            yield return new NextEvidence(
                t.At ?? VantagePoint.Unknown, $"{enter}cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.stat /sys/fs/cgroup/cpu/cpu.cfs_quota_us (in the pod{(t.Beat is { } beat ? $" of {beat.Server}" : "")}, before and after)", null,
                "whether the pod is throttled; an application that works on a timer of its own looks the same from outside");
        }

        if (t.Slowest is null)
        {
            yield return new NextEvidence(
                t.At ?? VantagePoint.Unknown, $"{enter}timeout 60 tcpdump -ni eth0 -s 128 -w {t.At?.Netns ?? t.At?.Node ?? "pod"}.pcap tcp", TimeSpan.FromSeconds(60), "how long the pod takes from request to answer, beside the time on the way");
        }
    }

    // One period in twenty: below that a p95 does not show it.
    private const double Share = 0.05;

    // A scheduler lets a thread wait for some milliseconds on a busy machine; less than that says nothing of quotas.
    private static readonly TimeSpan Noise = TimeSpan.FromMilliseconds(10);

    private static IEnumerable<Sighting> Often(Throttled t)
    {
        if (t.Count is not { } count)
        {
            yield return Sighting.Of(true, t.Beat!.Text, [.. t.Beat.Evidence]);
            yield break;
        }

        var text = $"nr_throttled +{count.Delta}{(t.Of is { } of ? $" of {of} periods" : "")}";
        yield return t.Of is > 0 and { } periods ? Sighting.Of(count.Delta > Share * periods, text, count.From) : Sighting.Unknown(text, count.From);
    }

    /// <summary>At least half as long as a stop lasts on average: a request comes at any moment of it.</summary>
    private static IEnumerable<Sighting> AnswersWait(Throttled t)
    {
        if (t.Slowest is { MaxAnswer: { } longest } slowest && t.Still is { } still)
        {
            var text = string.Create(null, $"slowest answer {longest.TotalMilliseconds:0.0} ms, threads stood still for {still.TotalMilliseconds:0.0} ms at a time");
            yield return longest >= Noise && longest >= still / 2 ? Sighting.Of(true, text, slowest.From) : Sighting.Unknown(text, slowest.From);
        }
    }

    private static IEnumerable<Sighting> InThePod(Throttled t)
    {
        if (t.Slowest is { MaxAnswer: { } longest } slowest)
        {
            yield return slowest.At.Stack == t.At ? Sighting.Of(true, string.Create(null, $"{longest.TotalMilliseconds:0.0} ms at {slowest.At}"), slowest.From) : Sighting.Unknown($"seen at {slowest.At} only", slowest.From);
        }
    }

    private static IEnumerable<Sighting> HasQuota(Throttled t) => t.At is not { } at ? [] : t.View.Stacks.At(at).Cgroup("cpu.cfs_quota_us").Concat(t.View.Stacks.At(at).Cgroup("cpu.max"))
        .Select(s => Sighting.Of(!s.Value.StartsWith("max", StringComparison.Ordinal) && !s.Value.StartsWith('-'), $"{s.Key} {s.Value}", s.From));

    /// <summary>A pod whose control group was throttled.</summary>
    internal sealed class Throttled(CaseView view, Scope scope, VantagePoint? at, CounterDelta? count, OnBeat? beat) : Hypothesis(view, scope)
    {
        internal VantagePoint? At { get; } = at;

        internal CounterDelta? Count { get; } = count;

        internal OnBeat? Beat { get; } = beat;

        /// <summary>Periods that passed.</summary>
        internal long? Of => Like(Periods);

        /// <summary>How long threads stood still in a throttled period, on average, but no longer than it: each CPU's run queue counts by itself. Null when not counted.</summary>
        internal TimeSpan? Still => (Like("Cgroup.cpu.stat.throttled_usec") * 1000 ?? Like("Cgroup.cpu.stat.throttled_time")) is { } nanoseconds && Count is { Delta: > 0 } count
            ? TimeSpan.FromTicks(Math.Min(nanoseconds / 100 / count.Delta, OnBeat.PeriodOf(View, At).Ticks)) : null;

        /// <summary>The exchange of a server in this pod that took longest, as the capture nearest to it saw it.</summary>
        internal ExchangeTiming? Slowest { get; } = Served(view, at, beat).Select(t => view.Exchanges(t.Connection)?.NearServer).OfType<ExchangeTiming>().Where(e => e.MaxAnswer is not null).MaxBy(e => e.MaxAnswer);

        /// <summary>What clients waited for: the pod that had acknowledged, or an acknowledgment that did not come.</summary>
        internal (int InPod, TimeSpan TimeInPod, int OnWay, TimeSpan TimeOnWay) Share
        {
            get
            {
                var waits = View.Stalls.Where(s => clients.Contains(s.Connection)).ToArray();
                var pod = waits.Where(s => s is { For: WaitsFor.ServerApplication, Pause.EndedBy: PauseEnd.NewData }).ToArray();
                var way = waits.Where(IsOnWay).ToArray();
                return (pod.Length, Sum(pod), way.Length, Sum(way));
            }
        }

        internal override bool Placed => At is not null && Slowest?.At.Stack == At;

        private readonly HashSet<int> clients = [.. Served(view, at, beat).Select(t => t.Connection)];

        /// <summary>All of its clients but those that waited for an acknowledgment: the kernel sends it whether the pod may run or not.</summary>
        internal override IReadOnlySet<int> Connections => clients.Except(View.Stalls.Where(IsOnWay).Select(s => s.Connection)).ToHashSet();

        private static IEnumerable<ConnectionTrail> Served(CaseView view, VantagePoint? at, OnBeat? beat) =>
            view.Trails.Where(t => t.Flows.Count > 0 && (beat is null ? view.Stacks.End(t.Connection, client: false)?.At == at : t.ServerThere.Equals(beat.Server)));

        private static bool IsOnWay(Stall stall) => stall is { For: WaitsFor.ServerAcknowledgment or WaitsFor.ClientAcknowledgment, Pause.EndedBy: PauseEnd.Retransmission };

        private static TimeSpan Sum(IEnumerable<Stall> stalls) => stalls.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Duration);

        private long? Like(string name) => Count is null ? null : View.Facts.Of<CounterDelta>().FirstOrDefault(c => c.At == Count.At && c.Name == name && c.ControlGroup == Count.ControlGroup)?.Delta;
    }
}
