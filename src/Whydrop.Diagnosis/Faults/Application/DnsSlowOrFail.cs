using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Application;

/// <summary>Names are found late or not at all, before any TCP connection is tried.</summary>
internal sealed class DnsSlowOrFail : FaultOf<DnsSlowOrFail.Server>
{
    // RFC 8305, 5: a connection attempt waits 250 ms before the next is begun; a name that takes longer costs more than an address that does not answer.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(250);

    // A query of which the capture saw less than this is open, not unanswered: the shortest time-out of common resolvers is a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // resolv.conf(5): no resolver waits longer before it asks again.
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(30);

    // One is a hiccup.
    private const int Fewest = 2;

    // A server is late where half of its answers are, and that is no matter of one or two names it had to ask others about.
    private const int FewestLate = 3;

    private const int ServerFailure = 2;
    private const int Refused = 5;

    public override string Id => "dns-slow-or-fail";

    public override string Name => "Names are looked up late or in vain";

    public override FaultLayer Layer => FaultLayer.Application;

    public override string UserSees => "Connections by name take seconds (5 s is a resolver's time-out) or fail with temporary failure in name resolution; by address they are fine.";

    public override string Mechanism => "The name server answers late, with a failure, or not at all, or UDP queries or answers are lost and asked again only after the resolver's time-out. TCP begins only then.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("app-slow-response", "There the server is asked at once and answers late; here nobody asked it yet."),
        new("conntrack-insert-race", "There the second of two queries from one socket is dropped in the node: insert_failed grows."),
    ];

    public override string Remedy => "Look at the name server (its CPU limit, cache, upstream servers, number of replicas) and at the way to it; a node-local cache, fewer search domains (ndots) and TCP to it help.";

    public override string Verify => "Every query is answered within milliseconds, none is asked twice.";

    public override IReadOnlyList<string> References => ["RFC 1035 §4.1.1", "RFC 8305 §5", "resolv.conf(5): timeout, attempts, ndots"];

    protected override IEnumerable<QuestionOf<Server>> Ask() =>
    [
        new("Were names looked up late or in vain?", Quantifier.Any, QuestionRole.Signature, Bad),
        new("Did the queries reach the name server's own network namespace, and was it late, silent or failing there?", Quantifier.Any, QuestionRole.Mechanism, BadThere),
        new("Did the name server answer all that reached it?", Quantifier.All, QuestionRole.Support, AnsweredThere),
    ];

    protected override IEnumerable<Server> Propose(CaseView view)
    {
        var all = view.Facts.Of<DnsQuery>();
        foreach (var server in all.GroupBy(q => q.Server))
        {
            var owner = view.Stacks.Of(server.Key.Address);
            var there = server.Where(q => owner is not null && q.At.Stack == owner).ToArray();
            var bad = server.GroupBy(q => q.Capture).Select(g => g.Where(q => IsBad(view, q) || IsInVain(q)).ToArray()).MaxBy(g => g.Length)!;
            if (bad.Length > 0)
            {
                DnsQuery[] answered = [.. server.Where(q => q.Capture == bad[0].Capture && q.Answer is not null)];
                var late = answered.Count(q => q.Answer >= Slow);
                var slow = late >= FewestLate && 2 * late >= answered.Length;
                // A resolver asks for the IPv4 and the IPv6 address of one name from one socket.
                var telling = bad.Where(q => slow || q.Attempts > 1 || IsInVain(q) || q.Answer is null || q.ResponseCode is ServerFailure or Refused).DistinctBy(q => (q.Client, q.Name)).Count();
                yield return new Server(view, there.Any(q => IsBad(view, q)) ? owner : null, server.Key, bad, there) { Telling = telling };
            }
        }
    }

    protected override string Summarise(Server s)
    {
        var unanswered = s.Bad.Count(q => q.Answer is null);
        var failed = s.Bad.Count(q => q.ResponseCode is ServerFailure or Refused);
        string[] parts =
        [
            .. unanswered > 0 ? [$"{unanswered} not answered"] : Array.Empty<string>(),
            .. failed > 0 ? [$"{failed} answered with a failure"] : Array.Empty<string>(),
            .. s.Bad.Any(IsInVain) ? [$"{s.Bad.Count(IsInVain)} asked again though answered"] : Array.Empty<string>(),
            .. s.Bad.Any(q => q.Answer >= Slow) ? [string.Create(null, $"up to {s.Bad.Max(q => q.Answer ?? TimeSpan.Zero).TotalMilliseconds:0} ms to an answer")] : Array.Empty<string>(),
            .. s.Bad.Any(q => q.Attempts > 1) ? [$"{s.Bad.Count(q => q.Attempts > 1)} asked again"] : Array.Empty<string>(),
        ];
        return $"{s.Bad.Count} queries to the name server {s.End} went wrong: {string.Join(", ", parts)}{(s.There.Count > 0 && s.At is null ? "; the server itself answered those that reached it" : "")}.";
    }

    protected override string RemedyFor(Server s) => s.At is null && s.There.Count > 0 ? $"Look for what drops UDP to or from {s.End} on the way." : $"See why the name server {s.End} is late or fails: its limits, its cache, the servers it asks.";

    protected override IEnumerable<NextEvidence> Next(Server s)
    {
        var owner = s.View.Stacks.Of(s.End.Address);
        yield return AttemptEvidence.Capture(owner, $"port {s.End.Port}", $"whether the name server {s.End.Address} is late or fails itself, or the way to it loses queries or answers; at the same time as at a client");
    }

    private static bool IsBad(CaseView view, DnsQuery q) => q.ResponseCode is ServerFailure or Refused || q.Answer >= Slow || (q.Attempts > 1 && q.Answer is null)
        || (q.Answer is null && view.Capture(q.Capture)?.Last is { } last && last - q.Asked >= Patience);

    /// <summary>The same question once more, as late as a resolver that was not answered asks again: the answer that left here did not come to it.</summary>
    private static bool IsInVain(DnsQuery q) => q.AfterAnswered is { } since && since >= Patience && since <= LongestPatience;

    private static IEnumerable<Sighting> Bad(Server s) =>
        [new Sighting(s.Telling >= Fewest ? Answer.Yes : Answer.Unknown, $"{s.Bad.Count} at {s.Bad[0].At}: {Text(s.Bad[0])}", [.. s.Bad.Select(q => q.From).Take(24)])];

    private static IEnumerable<Sighting> BadThere(Server s)
    {
        var there = s.There.Where(q => IsBad(s.View, q)).ToArray();
        if (s.There.Count > 0)
        {
            // What was lost on the way never reached it, or was answered there: that is no proof against this fault, only not its place.
            yield return new Sighting(
                there.Length >= Fewest ? Answer.Yes : Answer.Unknown, there.Length > 0 ? $"{there.Length} at {there[0].At}: {Text(there[0])}" : $"{s.There.Count} reached {s.There[0].At} and were answered there",
                [.. (there.Length > 0 ? there : [.. s.There]).Select(q => q.From).Take(8)]);
        }
    }

    private static IEnumerable<Sighting> AnsweredThere(Server s)
    {
        if (s.There.Count > 0)
        {
            var answered = s.There.Count(q => q.Answer is not null);
            yield return Sighting.Of(answered == s.There.Count, $"{answered} of {s.There.Count} answered at {s.There[0].At}", s.There[0].From);
        }
    }

    private static string Text(DnsQuery q) => IsInVain(q)
        ? string.Create(null, $"{q.Name} asked again after {q.AfterAnswered!.Value.TotalSeconds:0.#} s, though it had been answered")
        : q.Answer is { } answer
        ? string.Create(null, $"{q.Name} answered after {answer.TotalMilliseconds:0} ms{(q.ResponseCode is ServerFailure ? ", SERVFAIL" : q.ResponseCode is Refused ? ", REFUSED" : "")}")
        : $"{q.Name} asked {q.Attempts} times, not answered";

    /// <summary>A name server with which lookups go wrong.</summary>
    internal sealed class Server(CaseView view, VantagePoint? at, IPEndPoint end, IReadOnlyList<DnsQuery> bad, IReadOnlyList<DnsQuery> there)
        : Hypothesis(view, at is null ? Scope.Unplaced : Scope.Of(at))
    {
        internal VantagePoint? At { get; } = at;

        internal IPEndPoint End { get; } = end;

        internal IReadOnlyList<DnsQuery> Bad { get; } = bad;

        /// <summary>Names looked up in vain, asked for again, or of a server half of whose answers are late: one late answer may have had to come from others.</summary>
        internal int Telling { get; init; }

        /// <summary>All queries as a capture at the server itself saw them.</summary>
        internal IReadOnlyList<DnsQuery> There { get; } = there;

        internal override bool Placed => At is not null;
    }
}
