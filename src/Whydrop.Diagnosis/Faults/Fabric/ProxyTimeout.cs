using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>A hop that ends TCP (proxy, mesh, gateway) closes connections when a timer of its own ends.</summary>
internal sealed class ProxyTimeout : FaultOf<ProxyTimeout.Proxy>
{
    public override string Id => "proxy-timeout";

    public override string Name => "Proxy closes on its own timer";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "504, 408 or a disconnect, always after the same, round time.";

    public override string Mechanism => "A proxy takes the request, asks the server behind it, and gives up when its own timer (request, stream, idle) ends: it closes the client's connection, its own to the server, or both.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("app-slow-response", "That is why the timer ends: the server behind the proxy is late. Which of the two is wrong, its owners have to say."),
        new("keepalive-vs-idle-timeout", "There a hop that does not end TCP forgets the connection: no FIN, and a RST only when somebody speaks."),
        new("app-rst", "There the times differ."),
    ];

    public override string Remedy => "Let time-outs grow from the inside out: server, proxy, client; or make the server answer in time.";

    public override string Verify => "No connection is closed at that age; the proxy's log shows no upstream time-out.";

    public override IReadOnlyList<string> References => ["RFC 9110 §15.6.5 (504)", "RFC 9112 §9.5 (failures and time-outs)"];

    protected override IEnumerable<QuestionOf<Proxy>> Ask() =>
    [
        new("Were connections closed by the end that owed an answer, always after the same time?", Quantifier.Any, QuestionRole.Signature, SameTime),
        new("Did it wait meanwhile for an answer itself, on a connection of its own that it gave up then?", Quantifier.Any, QuestionRole.Mechanism, WaitedItself),
    ];

    protected override IEnumerable<Proxy> Propose(CaseView view) => TimedClose.All(view)
        .GroupBy(c => (StackEnd.ScopeOf(view.Stacks.End(c.ToServer.Connection, false)), view.Trails[c.ToServer.Connection].ServerThere))
        .Select(g => new Proxy(view, view.Stacks.End(g.First().ToServer.Connection, false), g.Key.ServerThere, [.. g]));

    protected override string Summarise(Proxy p) => string.Create(
        null, $"{p.End} closed {p.Timed.Count} connection{(p.Timed.Count == 1 ? "" : "s")} {p.Timed[0].After.TotalSeconds:0.##} s after a request that it had acknowledged and not answered.");

    protected override string RemedyFor(Proxy p) => string.Create(null, $"Find the timer of {p.Timed[0].After.TotalSeconds:0.#} s of what runs at {p.End}, and set it longer than what is behind it needs, or make that answer in time.");

    protected override IEnumerable<NextEvidence> Next(Proxy p)
    {
        yield return AttemptEvidence.Capture(p.Owner?.At, "tcp", $"whether {p.End} asks somebody else meanwhile and gives up when it closes; all ports, both sides of it");
    }

    private static IEnumerable<Sighting> SameTime(Proxy p)
    {
        var text = string.Create(null, $"{p.Timed.Count} of {p.Closes.Count} after {p.Timed[0].After.TotalSeconds:0.###} to {p.Timed[^1].After.TotalSeconds:0.###} s");
        yield return new Sighting(TimedClose.ByTimer([.. p.Timed.Select(c => c.Pause)], p.Closes.Count) ? Answer.Yes : Answer.Unknown, text, [.. p.Timed.Select(c => c.From).Take(24)]);
    }

    private static IEnumerable<Sighting> WaitedItself(Proxy p) =>
        p.GivenUp.Select(own => Sighting.Of(true, string.Create(null, $"gave up one of its own after {own.Duration.TotalSeconds:0.###} s at the same moment"), own.From));

    /// <summary>An end that closes what it has not answered.</summary>
    internal sealed class Proxy(CaseView view, StackEnd? owner, IPEndPoint end, IReadOnlyList<TimedClose> closes) : Hypothesis(view, StackEnd.ScopeOf(owner))
    {
        internal StackEnd? Owner { get; } = owner;

        internal IPEndPoint End { get; } = end;

        internal IReadOnlyList<TimedClose> Closes { get; } = closes;

        /// <summary>The most that have the same age, youngest first.</summary>
        internal IReadOnlyList<TimedClose> Timed { get; } = OfOneAge(closes);

        internal override bool Placed => Owner is { Proven: true };

        /// <summary>Connections of its own that it gave up, unanswered, when it closed.</summary>
        internal IReadOnlyList<Pause> GivenUp { get; } = owner is { Proven: true } ? [.. Upstream(view, owner.At, closes)] : [];

        internal override IReadOnlySet<int> Connections => Timed.Select(c => c.ToServer.Connection)
            .Concat(GivenUp.Select(q => View.Connections.Direction(new FlowKey(q.Capture, q.Flow), true).Connection)).ToHashSet();

        private static TimedClose[] OfOneAge(IReadOnlyList<TimedClose> closes)
        {
            var of = new Dictionary<Pause, TimedClose>(ReferenceEqualityComparer.Instance);
            foreach (var close in closes)
            {
                of[close.Pause] = close;
            }

            return [.. TimedClose.SameAge(closes.Select(c => c.Pause)).Select(p => of[p])];
        }

        // The proxy closes one side, then the other: a busy machine needs some milliseconds between.
        private const long Near = 100_000_000;

        private static IEnumerable<Pause> Upstream(CaseView view, VantagePoint at, IReadOnlyList<TimedClose> closes)
        {
            TimedClose[] own = [.. closes.Where(c => c.Pause.At.Stack == at).OrderBy(c => TimedClose.End(c.Pause))];
            long[] ends = [.. own.Select(c => TimedClose.End(c.Pause))];
            foreach (var q in view.Facts.Of<Pause>().Where(q => q.At.Stack == at && q.EndedBy is PauseEnd.Fin or PauseEnd.Reset && q.EndedFromClient == q.DataFromClient))
            {
                var end = TimedClose.End(q);
                var from = Array.BinarySearch(ends, end - Near);
                for (var i = from < 0 ? ~from : from; i < own.Length && ends[i] <= end + Near; i++)
                {
                    if ((own[i].Pause.Capture, own[i].Pause.Flow) != (q.Capture, q.Flow) && TimedClose.Same(q.Duration, own[i].After))
                    {
                        yield return q;
                        break;
                    }
                }
            }
        }
    }
}
