using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Application;

/// <summary>The application takes long to answer; its kernel acknowledges the request at once.</summary>
internal sealed class AppSlowResponse : FaultOf<AppSlowResponse.Service>
{
    // Half of all answers above the longest wait of an undisturbed TCP (TCP_DELACK_MAX and TCP_RTO_MIN, 200 ms): no chance of the scheduler, no timer of the network.
    private static readonly TimeSpan SlowMedian = TimeSpan.FromMilliseconds(200);

    // A single answer: what a kubelet's probe waits unless told otherwise (timeoutSeconds).
    private static readonly TimeSpan SlowOnce = TimeSpan.FromSeconds(1);

    // Single answers above that are a matter of the scheduler; three, and one in ten of all connections that were answered, are not.
    private const int Fewest = 3;
    private const int OneIn = 10;

    // Half the time is more than the spread of one kind of request.
    private const int MuchSooner = 2;

    // Counters of a control group that say that its processes were not let run.
    private static readonly string[] NotRunning =
        ["Cgroup.cpu.stat.nr_throttled", "Cgroup.memory.oom_control.oom_kill", "Cgroup.memory.events.oom_kill", "Cgroup.memory.events.oom", "Cgroup.memory.events.high"];

    public override string Id => "app-slow-response";

    public override string Name => "Application answers late";

    public override FaultLayer Layer => FaultLayer.Application;

    public override string UserSees => "Time-outs and 504 although nothing is lost: answers are late from wherever one asks.";

    public override string Mechanism =>
        "The kernel takes the request and acknowledges it at once; the process computes, waits for a lock, collects garbage or asks somebody else, and answers late. TCP has nothing to do meanwhile.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("cfs-throttling", "There the control group of the pod was throttled while answers were waited for."),
        new("nagle-delayed-ack", "There a bare acknowledgment 40 ms later lets the rest of the message go."),
        new("slow-reader-zero-window", "There the server offers no window before it is late: it does not read."),
        new("proxy-timeout", "There the end that is asked closes, always after the same time."),
    ];

    public override string Remedy => "See in the application what it does between request and answer (traces, thread dumps, its own calls to others); the network has delivered both at once.";

    public override string Verify => "In a capture at the server, the time from the last byte of a request to the first of its answer stays low.";

    public override IReadOnlyList<string> References => ["RFC 9293 §3.8.6 (acknowledgment does not wait for the application)", "net/ipv4/tcp_input.c __tcp_ack_snd_check"];

    protected override IEnumerable<QuestionOf<Service>> Ask() =>
    [
        new("Did answers come late, or never, to requests that were acknowledged?", Quantifier.Any, QuestionRole.Signature, Late),
        new("Is that late for it: does it answer others much sooner, and did that happen repeatedly or somebody give up?", Quantifier.Any, QuestionRole.Signature, LateForIt),
        new("Had the request reached the server's own network namespace, and did the answer leave it late?", Quantifier.Any, QuestionRole.Mechanism, LateThere),
        new("Was its control group let run: not throttled, not out of memory?", Quantifier.All, QuestionRole.Discriminator, LetRun, "cfs-throttling"),
        new("Did the server read all the time (its window never closed)?", Quantifier.All, QuestionRole.Discriminator, Read, "slow-reader-zero-window"),
    ];

    protected override IEnumerable<Service> Propose(CaseView view)
    {
        var silent = view.Stalls.Where(GivenUp).ToLookup(s => s.Connection);
        foreach (var service in view.Trails.Where(t => t.Flows.Count > 0).GroupBy(t => (StackEnd.ScopeOf(view.Stacks.End(t.Connection, false)), t.ServerThere)))
        {
            Wait[] waits = [.. service.Select(t => Wait.Of(view, t, silent[t.Connection])).OfType<Wait>()];
            if (waits.Any(w => w.Alone) || (waits.Length >= Fewest && waits.Length * OneIn >= service.Count(t => view.Exchanges(t.Connection) is { NearServer.Exchanges: > 0 })))
            {
                ExchangeTiming[] answers = [.. service.Select(t => view.Exchanges(t.Connection)?.NearServer).OfType<ExchangeTiming>().Where(t => t.Exchanges > 0)];
                yield return new Service(view, view.Stacks.End(waits[0].Trail.Connection, false), service.Key.ServerThere, waits) { Answers = answers };
            }
        }
    }

    protected override string Summarise(Service s)
    {
        var answered = s.Waits.Where(w => w.Answer is not null).ToArray();
        var given = s.Waits.Sum(w => w.GivenUp.Count);
        return $"{s.End} answers late"
            + (answered.Length > 0 ? string.Create(null, $": up to {answered.Max(w => w.Answer!.Value).TotalMilliseconds:0} ms after the request, which its kernel acknowledged at once") : "")
            + (given > 0 ? $"; {given} request{(given == 1 ? "" : "s")} given up without an answer" : "") + ".";
    }

    protected override string RemedyFor(Service s) => $"See what the application at {s.End} does between request and answer; the network delivered both at once.";

    protected override IEnumerable<NextEvidence> Next(Service s)
    {
        var at = s.Owner?.At;
        if (!s.Waits.Any(w => w.SeenThere(s.Owner)))
        {
            yield return AttemptEvidence.Capture(at, $"tcp and host {s.End.Address} and port {s.End.Port}", $"whether the request waits inside the pod or host that owns {s.End.Address}");
        }

        yield return new NextEvidence(
            at ?? VantagePoint.Unknown, "cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/memory.events (inside the pod, before and after)", null,
            "whether the application was throttled or out of memory while it was waited for");
    }

    // The server had acknowledged all, the client broke off.
    private static bool GivenUp(Stall s) => s is { For: WaitsFor.ServerApplication, Pause.EndedBy: PauseEnd.Fin or PauseEnd.Reset } && s.Pause.EndedFromClient == s.Pause.DataFromClient && s.Duration >= SlowMedian;

    private static IEnumerable<Sighting> Late(Service s) => s.Waits.Select(w => Sighting.Of(true, w.Text, w.From));

    private static IEnumerable<Sighting> LateThere(Service s) => s.Waits.Where(w => w.SeenThere(s.Owner)).Select(w => Sighting.Of(true, $"at {w.Trail.Flows[^1].At}: {w.Text}", w.From));

    // A person, a mail filter or a long poll takes its time, and one request of a connection may be of a kind that does (a password that is checked). It is late where
    // the same server does otherwise: several others were answered within half of that, and several late ones, one in ten of all, were most of their connections, or somebody was not
    // willing to wait. Who never answers anything may owe no answer.
    private static IEnumerable<Sighting> LateForIt(Service s)
    {
        foreach (var (wait, silence) in s.Waits.SelectMany(w => w.GivenUp.Select(g => (w, g))).Where(g => Times(s.SoonerThan(g.g.Duration)) > 0).Take(4))
        {
            yield return Sighting.Of(true, $"{wait.Trail.Client} gave up", silence.From);
        }

        ExchangeTiming[] late = [.. s.Waits.Where(w => w.Answer is { } answer && answer == w.Timing!.MedianAnswer).Select(w => w.Timing!)];
        ExchangeTiming[] sooner = late.Length == 0 ? [] : [.. s.SoonerThan(late.Min(t => t.MedianAnswer!.Value))];
        yield return Times(sooner) >= Fewest && Times(late) >= Fewest && Times(late) * OneIn >= Times(s.Answers)
            ? Sighting.Of(true, string.Create(null, $"{Times(sooner)} others took {sooner.Max(t => t.MedianAnswer!.Value).TotalMilliseconds:0.#} ms at the median"), sooner[0].From)
            : Sighting.Unknown("nothing says that it should have been sooner: nobody gave up, and it did not answer several others within half the time", s.Waits[0].From);
    }

    private static long Times(IEnumerable<ExchangeTiming> answers) => answers.Sum(t => t.Exchanges);

    private static IEnumerable<Sighting> LetRun(Service s)
    {
        if (s.Owner is not { Proven: true } owner || s.View.Delta(owner.At, NotRunning[0]) is null)
        {
            yield return Sighting.Unknown("its control group was not read twice");
            yield break;
        }

        foreach (var name in NotRunning)
        {
            if (s.View.Delta(owner.At, name) is { } grown)
            {
                yield return Sighting.Of(grown.Delta == 0, $"{name} of {owner.At} +{grown.Delta}", grown.From);
            }
        }
    }

    private static IEnumerable<Sighting> Read(Service s) => s.Waits.Select(w => w.Trail.Flows[^1])
        .Select(f => (Flow: f, Closed: f.FromServer.Observations.GetValueOrDefault("ZeroWindow")))
        .Select(f => Sighting.Of(f.Closed == 0, f.Closed == 0 ? "its window stayed open" : $"{f.Closed} times window 0 at {f.Flow.At}", f.Flow.From));

    /// <summary>One connection whose answers were late.</summary>
    /// <param name="Trail">The connection.</param>
    /// <param name="Answer">Its median answer, or the longest where only that is late; null when none was.</param>
    /// <param name="GivenUp">Silences that the client ended without an answer.</param>
    internal sealed record Wait(ConnectionTrail Trail, ExchangeTiming? Timing, TimeSpan? Answer, IReadOnlyList<Stall> GivenUp)
    {
        internal string Text => Answer is { } late
            ? string.Create(null, $"{late.TotalMilliseconds:0} ms to an answer, {(Timing!.MedianAck is { } ack ? $"{ack.TotalMilliseconds:0.##} ms to its acknowledgment" : "the acknowledgment not seen apart")}")
            : string.Create(null, $"given up after {GivenUp[0].Duration.TotalMilliseconds:0} ms, all acknowledged");

        internal Provenance From => Answer is not null ? Timing!.From with { Frame = Timing.MaxAnswerFrame ?? Timing.From.Frame } : GivenUp[0].From;

        /// <summary>It says enough by itself: more than one answer of it was late, one very late, or none came.</summary>
        internal bool Alone => GivenUp.Count > 0 || Timing!.Exchanges > 1 || Answer >= SlowOnce;

        internal bool SeenThere(StackEnd? owner) => owner is { Proven: true } && Trail.Flows[^1].At.Stack == owner.At;

        internal static Wait? Of(CaseView view, ConnectionTrail trail, IEnumerable<Stall> silent)
        {
            // Near the server, where the way takes no part of it; the way from there on is taken off.
            var timing = view.Exchanges(trail.Connection)?.NearServer;
            var way = trail.Flows[^1].HandshakeRtt ?? TimeSpan.Zero;
            TimeSpan? late = timing switch
            {
                { MedianAnswer: { } median } when median - way >= SlowMedian => median,
                { MaxAnswer: { } longest } when longest - way >= SlowOnce => longest,
                _ => null,
            };

            // An answer that waits is none where the request was still on its way.
            if (late is not null && timing!.MedianAck is { } ack && ack - way > late / 2)
            {
                late = null;
            }

            Stall[] given = [.. silent];
            return late is null && given.Length == 0 ? null : new Wait(trail, timing, late, given);
        }
    }

    /// <summary>A server that answers late.</summary>
    internal sealed class Service(CaseView view, StackEnd? owner, IPEndPoint end, IReadOnlyList<Wait> waits) : Hypothesis(view, StackEnd.ScopeOf(owner))
    {
        internal StackEnd? Owner { get; } = owner;

        internal IPEndPoint End { get; } = end;

        internal IReadOnlyList<Wait> Waits { get; } = waits;

        /// <summary>Connections with it that were answered, soon or late.</summary>
        internal IReadOnlyList<ExchangeTiming> Answers { get; init; } = [];

        /// <summary>Those whose answers took at most half as long.</summary>
        internal IEnumerable<ExchangeTiming> SoonerThan(TimeSpan wait) => Answers.Where(t => t.MedianAnswer * MuchSooner <= wait);

        internal override bool Placed => Owner is { Proven: true };

        internal override IReadOnlySet<int> Connections => Waits.Select(w => w.Trail.Connection).ToHashSet();
    }
}
