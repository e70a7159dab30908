using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>Every local port that connect may choose is in use towards one destination.</summary>
internal sealed class EphemeralPortExhaustion : FaultOf<EphemeralPortExhaustion.Ports>
{
    private const string Range = "net.ipv4.ip_local_port_range";
    private const string Opens = "Tcp.ActiveOpens";
    private const string NoAddress = "no-local-address";

    // Fewer than one port in ten in use: the range is not what is short.
    private const int FarFrom = 10;

    public override string Id => "ephemeral-port-exhaustion";

    public override string Name => "No local port left towards one destination";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "connect: Cannot assign requested address (99, EADDRNOTAVAIL), in bursts; nothing of the failed calls is on the wire.";

    public override string Mechanism =>
        "A connection needs a local port of its own towards the same address and port. net.ipv4.ip_local_port_range holds so many; open connections and those in TIME-WAIT (60 s) keep theirs. "
        + "A leak, or a new connection for each request, uses all of them up; connect then fails before a SYN is made.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("snat-port-exhaustion-node", "There the SYN leaves the pod and vanishes at the node that puts its own address on it."),
        new("listen-overflow", "There SYNs are sent and not answered."),
        new("fd-exhaustion", "There the program has no file descriptor left: errno 24."),
    ];

    public override string Remedy => "Use connections again (keep-alive, a pool), close what leaks, spread over more destinations or source addresses; net.ipv4.tcp_tw_reuse=1; widen net.ipv4.ip_local_port_range, with net.ipv4.ip_local_reserved_ports for listeners inside it.";

    public override string Verify => "ss -tan | count of sockets towards that destination stays below the range; no errno 99 in the log.";

    public override IReadOnlyList<string> References => ["net/ipv4/inet_hashtables.c __inet_hash_connect", "connect(2) EADDRNOTAVAIL", "https://github.com/kubernetes-sigs/cluster-api-provider-openstack/issues/3227"];

    protected override IEnumerable<QuestionOf<Ports>> Ask() =>
    [
        new("Did connect fail for want of a local address, or is every port of the range in use?", Quantifier.Any, QuestionRole.Signature, p => Said(p).Concat(UsedUp(p).Where(s => s.Answer == Answer.Yes)).Concat(TooFew(p))),
        new("Is every port of the range in use towards one destination?", Quantifier.Any, QuestionRole.Mechanism, UsedUp),
        new("Did connect fail with errno 99?", Quantifier.Any, QuestionRole.Mechanism, Said),
        new("Are most ports of the range in use at all?", Quantifier.All, QuestionRole.Discriminator, NearlyUsed, "duplicate-ip"),
    ];

    protected override IEnumerable<Ports> Propose(CaseView view)
    {
        var stacks = view.Facts.Of<LogEvent>().Where(e => e.Kind == NoAddress).Select(e => e.At.Stack)
            .Concat(view.Facts.Of<Sysctl>().Where(s => s.Key == Range).Select(s => s.At.Stack)).Distinct();
        return stacks.Select(at => new Ports(view, at)).Where(p => p.Failures.Count > 0 || p.Full || TooFew(p).Any());
    }

    protected override string Summarise(Ports p) => (p.Most is { } most ? $"{p.Scope} uses {most.Count} of {p.Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "its"} local ports towards {most.Peer}" : $"{p.Scope} found no local port")
        + (p.Failures.Count > 0 ? $"; connect failed {p.Failures.Count} times with errno 99." : ".");

    protected override IEnumerable<NextEvidence> Next(Ports p)
    {
        var enter = AttemptEvidence.Enter(p.Stack.At);
        yield return new NextEvidence(p.Stack.At, $"{enter}ss -tan; {enter}sysctl net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_tw_reuse; and the application's log, while it fails", null, "whether one destination takes every local port");
    }

    private static IEnumerable<Sighting> Said(Ports p) => p.Failures.Count == 0 ? []
        : [Sighting.Of(true, $"{p.Failures.Count} times: {p.Failures[0].Text}", [.. p.Failures.Select(f => f.From).Take(8)])];

    private static IEnumerable<Sighting> UsedUp(Ports p)
    {
        if (p is { Size: { } size, Most: { } most })
        {
            var text = $"{most.Count} of {size} ports towards {most.Peer}";
            yield return p.Full ? Sighting.Of(true, text, most.From) : Sighting.Unknown(text, most.From);
        }
    }

    /// <summary>
    /// No: the connections that were there before (open, or in TIME-WAIT), together with all that were opened since, are fewer than the ports of the range. Said of
    /// all destinations together, so of each. A list made afterwards only does not say what was in use before.
    /// </summary>
    private static IEnumerable<Sighting> TooFew(Ports p)
    {
        if (p is { Size: { } size, Failures.Count: 0, Full: false } && p.Stack.Delta(Opens) is { } opened && p.Earlier is { } listed && listed.Count + opened.Delta < size)
        {
            yield return Sighting.Of(false, $"at most {listed.Count + opened.Delta} of {size} ports of {p.Stack.At} ({listed.Count} sockets before, {Opens} +{opened.Delta})", listed.From, opened.From);
        }
    }

    private static IEnumerable<Sighting> NearlyUsed(Ports p)
    {
        if (p is { Size: { } size } && p.Stack.Sockets.Any())
        {
            yield return Sighting.Of((p.Most?.Count ?? 0) * FarFrom >= size, $"{p.Most?.Count ?? 0} of {size}", p.Stack.Sockets.First().From);
        }
    }

    /// <summary>The local ports of one network namespace.</summary>
    internal sealed class Ports : Hypothesis
    {
        internal Ports(CaseView view, VantagePoint at)
            : base(view, Scope.Of(at))
        {
            Stack = view.Stacks.At(at);
            Failures = [.. view.Facts.Of<LogEvent>().Where(e => e.Kind == NoAddress && e.At.Stack == at)];
            if (Stack.SettingNumbers(Range) is [var low, var high] && high >= low)
            {
                var reserved = Reserved(Stack.Setting("net.ipv4.ip_local_reserved_ports")?.Value ?? "").Count(p => p >= low && p <= high);
                Size = high - low + 1 - reserved;
                Tried = high > low ? Size - (high - low + 1) % 2 : Size;

                // One list at a time: ports of a list before may be free by now.
                Most = Stack.Sockets.Where(s => s.Protocol.StartsWith("tcp", StringComparison.Ordinal) && s.State != "LISTEN" && s.Local.Port >= low && s.Local.Port <= high)
                    .GroupBy(s => (s.From.Source, s.Local.Address, s.Peer))
                    .Select(g => new Use(g.Key.Peer, g.Select(s => s.Local.Port).Distinct().Count(), g.First().From)).MaxBy(u => u.Count);
            }
        }

        internal NetworkStack Stack { get; }

        internal IReadOnlyList<LogEvent> Failures { get; }

        /// <summary>Ports of the range that are not reserved; null when it was not read.</summary>
        internal long? Size { get; }

        /// <summary>A connect tries an even number of them (net/ipv4/inet_hashtables.c __inet_hash_connect): of a range of an odd number one may be free.</summary>
        private long? Tried { get; }

        /// <summary>The destination with the most ports; null when no sockets were listed.</summary>
        internal Use? Most { get; }

        /// <summary>Connections in the earliest of several lists of all of them; null when there are not two whose order is known.</summary>
        internal (int Count, Provenance From)? Earlier
        {
            get
            {
                // Only a tool that was told to list all (-a) lists TIME-WAIT, and then listeners too.
                var whole = View.Facts.Of<Listing>().Where(l => l.At == Stack.At && l.Kind == ListingKind.Listeners).Select(l => l.From.Source).ToHashSet(StringComparer.Ordinal);
                var lists = View.Facts.Of<Listing>().Where(l => l.At == Stack.At && l.Kind == ListingKind.Connections && whole.Contains(l.From.Source)).OrderBy(l => l.Moment).ToArray();
                return lists.Length > 1 && lists[0].Moment < lists[^1].Moment
                    ? (Stack.Sockets.Where(s => s.From.Source == lists[0].From.Source && s.Protocol.StartsWith("tcp", StringComparison.Ordinal) && s.State != "LISTEN").Select(s => (s.Local, s.Peer)).Distinct().Count(), lists[0].From)
                    : null;
            }
        }

        internal bool Full => Tried is > 0 and var tried && Most?.Count >= tried;

        internal override bool Placed => true;

        /// <summary>"8080,9148,30000-32767".</summary>
        private static IEnumerable<int> Reserved(string list)
        {
            foreach (var part in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var ends = part.Split('-');
                if (int.TryParse(ends[0], out var from) && int.TryParse(ends[^1], out var to) && to is >= 0 and <= 65_535 && from >= 0)
                {
                    for (var port = from; port <= to; port++)
                    {
                        yield return port;
                    }
                }
            }
        }
    }

    /// <summary>How many local ports one destination takes.</summary>
    internal sealed record Use(IPEndPoint Peer, int Count, Provenance From);
}
