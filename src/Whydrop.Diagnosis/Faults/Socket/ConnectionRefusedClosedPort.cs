using System.Net;
using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>A SYN reaches a host or pod where nothing listens for it.</summary>
internal sealed class ConnectionRefusedClosedPort : FaultOf<ConnectionRefusedClosedPort.Port>
{
    public override string Id => "connection-refused-closed-port";

    public override string Name => "Nothing listens on the port";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "Connection refused at once, every time, for that address and port.";

    public override string Mechanism =>
        "No listening socket of the network namespace matches address, port and family: the process is down, listens on another port (a wrong targetPort), on 127.0.0.1 only, or on IPv6 only. "
        + "Its kernel answers the SYN with a RST.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("networkpolicy-drop", "There a rule rejects: the kernel of the server counts no RST (Tcp.OutRsts), and something listens."),
        new("middlebox-rst", "There the RST is born on the way: its TTL is not that of the server, or the server's own device never saw it."),
        new("listen-overflow", "There the SYN is not answered at all."),
    ];

    public override string Remedy => "Start what should listen, or correct targetPort, port or bind address: compare ss -ltnp in the pod with the Service and its EndpointSlices.";

    public override string Verify => "A SYN-ACK answers the SYN; Tcp.OutRsts there stays as it is.";

    public override IReadOnlyList<string> References => ["RFC 9293 §3.10.7.1 (segment for a closed port)", "net/ipv4/tcp_ipv4.c tcp_v4_rcv (no_tcp_socket), tcp_v4_send_reset"];

    protected override IEnumerable<QuestionOf<Port>> Ask() =>
    [
        new("Did a RST answer SYNs to that address and port?", Quantifier.Any, QuestionRole.Signature, Refused),
        new("Did the RSTs come from the network namespace that owns the address?", Quantifier.Any, QuestionRole.Mechanism, CameFromOwner),
        new("Were its listening sockets listed without one for that address and port?", Quantifier.All, QuestionRole.Mechanism, NotListening),
        new("Do the RSTs look like packets of their sender?", Quantifier.All, QuestionRole.Discriminator, p => ResetOrigin.LookGenuine(p.Attempts.Select(a => a.Refusal!)), "middlebox-rst"),
        new("Did its TCP send them, not a rule that rejects?", Quantifier.All, QuestionRole.Discriminator, SentByTcp, "networkpolicy-drop"),
    ];

    protected override IEnumerable<Port> Propose(CaseView view) => view.Attempts.Where(a => a.Refusal is not null)
        .GroupBy(a => (StackEnd.ScopeOf(view.Stacks.End(a.Connection, false)), a.ServerThere))
        .Select(g => new Port(view, view.Stacks.End(g.First().Connection, false), g.Key.ServerThere, [.. g]));

    protected override string Summarise(Port p)
    {
        var others = p.Stack?.ListenersOn(p.End.Port).Select(s => s.Local.ToString()).Distinct().ToArray() ?? [];
        return $"{p.Attempts.Count} attempt{(p.Attempts.Count == 1 ? "" : "s")} to open {p.End} refused by a RST"
            + (p.Listens == Answer.No ? "; nothing listens there" + (others.Length > 0 ? $", only on {string.Join(", ", others)}" : "") : "") + ".";
    }

    protected override string RemedyFor(Port p) =>
        $"Make something listen on {p.End} (ss -ltnp in {p.Scope}), or send clients to the port that does: check targetPort, containerPort and bind address.";

    protected override IEnumerable<NextEvidence> Next(Port p)
    {
        var at = p.Owner?.At;
        yield return new NextEvidence(
            at ?? Evidence.VantagePoint.Unknown, $"{AttemptEvidence.Enter(at)}ss -ltnp; {AttemptEvidence.Enter(at)}ip addr; {AttemptEvidence.Enter(at)}cat /proc/net/snmp (before and after)", null,
            $"whether anything listens on {p.End} in the pod or host that owns the address, and whether its kernel sends RSTs");
        if (p.Attempts.All(a => a.Refusal!.LeftSender == Answer.Unknown))
        {
            yield return AttemptEvidence.Capture(at, $"tcp and host {p.End.Address} and port {p.End.Port}", $"whether the RST comes from {p.End.Address} itself or from something on the way");
        }
    }

    private static IEnumerable<Sighting> Refused(Port p) =>
        [Sighting.Of(true, $"{p.Attempts.Count} refused", [.. p.Attempts.Select(a => a.Refusal!.From).Take(24)])];

    private static IEnumerable<Sighting> CameFromOwner(Port p)
    {
        foreach (var seen in ResetOrigin.CameFromSender(p.Attempts.Select(a => a.Refusal!)))
        {
            yield return seen;
        }

        // A counter tells as well where no capture does.
        if (p.Attempts.All(a => a.Refusal!.LeftSender == Answer.Unknown) && p.Owner is { Proven: true } owner && p.View.Delta(owner.At, "Tcp.OutRsts") is { } sent)
        {
            yield return new Sighting(sent.Delta >= p.Attempts.Count ? Answer.Yes : Answer.Unknown, $"Tcp.OutRsts of {owner.At} +{sent.Delta}", [sent.From]);
        }
    }

    private static IEnumerable<Sighting> NotListening(Port p)
    {
        if (p.Listens != Answer.Unknown)
        {
            var listed = p.Stack!.Listeners.ToArray();
            var text = p.Listens == Answer.No ? $"{listed.Length} listed in {p.Stack.At}, none takes {p.End}" : $"{p.Stack.ListenersFor(p.End).First().Local} listens";

            // It may have been started or stopped since, where the kernel itself did send RSTs, or nobody knows which listing is the last.
            var last = p.Stack.LastListings(Evidence.Stack.ListingKind.Listeners);
            var since = p.Listens == Answer.Yes && (p.SentRsts == Answer.Yes || last.Count == 0);
            yield return new Sighting(since ? Answer.Unknown : p.Listens == Answer.No ? Answer.Yes : Answer.No, text, [.. listed.Select(l => l.From).Concat(last.Select(l => l.From)).Take(4)]);
        }
    }

    private static IEnumerable<Sighting> SentByTcp(Port p)
    {
        // A rule that rejects makes its RST itself: nf_send_reset counts nothing in Tcp.OutRsts.
        if (p.SentRsts != Answer.Unknown)
        {
            var sent = p.View.Delta(p.Owner!.At, "Tcp.OutRsts")!.Value;
            return [Sighting.Of(p.SentRsts == Answer.Yes, $"Tcp.OutRsts of {p.Owner.At} +{sent.Delta}", sent.From)];
        }

        var rules = p.Attempts.SelectMany(a => p.View.Firewall.Against(a.ToServer, "new")).Where(m => m.Rejects && m.Grown != 0).DistinctBy(m => m.Rule).ToArray();
        return rules.Select(m => m.Meets == Answer.Yes || m.Grown > 0 ? Sighting.Of(false, m.Text, m.Evidence) : Sighting.Unknown(m.Text, m.Evidence));
    }

    /// <summary>An address and port that refuses.</summary>
    internal sealed class Port(CaseView view, StackEnd? owner, IPEndPoint end, IReadOnlyList<Attempt> attempts)
        : Hypothesis(view, StackEnd.ScopeOf(owner))
    {
        internal StackEnd? Owner { get; } = owner;

        internal IPEndPoint End { get; } = end;

        internal NetworkStack? Stack { get; } = owner is { Proven: true } ? view.Stacks.At(owner.At) : null;

        internal Answer Listens => Stack?.Listens(End) ?? Answer.Unknown;

        /// <summary>The kernel counted as many RSTs; No when it counted none.</summary>
        internal Answer SentRsts => Stack?.Delta("Tcp.OutRsts") is not { } sent ? Answer.Unknown
            : sent.Delta >= Attempts.Count ? Answer.Yes : sent.Delta == 0 ? Answer.No : Answer.Unknown;

        internal override bool Placed => Owner is { Proven: true };

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;
    }
}
