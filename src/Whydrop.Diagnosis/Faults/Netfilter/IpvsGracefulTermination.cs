using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>IPVS sends new connections to a server that is drained, because it still remembers old ones from the same ports.</summary>
internal sealed class IpvsGracefulTermination : FaultOf<IpvsGracefulTermination.Drained>
{
    private const string Mode = "net.ipv4.vs.conn_reuse_mode";
    private const string Expire = "net.ipv4.vs.expire_nodest_conn";

    public override string Id => "ipvs-graceful-termination";

    public override string Name => "IPVS sends new connections to a terminated server";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "One busy client gets refused connections or time-outs long after a rollout; others do not.";

    public override string Mechanism =>
        "A pod that terminates gets weight 0 and stays listed until nothing of it is remembered. With conn_reuse_mode=0 a SYN from ports that IPVS remembers follows the old entry to the old server, "
        + "which is gone, and the entry lives on: a client that reuses its ports keeps it alive for ever.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("connection-refused-closed-port", "There the server is in use: its weight is not 0, and every client is refused."),
        new("stale-service-rules", "There the rules of the Service still name the pod as one that gets new connections."),
    ];

    internal override IReadOnlyList<string> LeadsTo => ["connection-refused-closed-port", "neigh-unresolved", "missing-route", "blackhole-route"];

    public override string Remedy =>
        "Kernel 5.9 or later: net.ipv4.vs.conn_reuse_mode=1. Else net.ipv4.vs.expire_nodest_conn=1. At once: remove the drained server (ipvsadm -d -t SERVICE -r SERVER), or stop the client for two minutes.";

    public override string Verify => "ipvsadm -Ln lists the server no more, or with no connections; no SYN of the client leaves for it.";

    public override IReadOnlyList<string> References =>
    [
        "net/netfilter/ipvs/ip_vs_core.c ip_vs_in", "Documentation/networking/ipvs-sysctl.rst conn_reuse_mode, expire_nodest_conn", "https://github.com/kubernetes/kubernetes/issues/81775",
    ];

    protected override IEnumerable<QuestionOf<Drained>> Ask() =>
    [
        new("Is a server of an IPVS service drained and still remembered?", Quantifier.Any, QuestionRole.Signature, Listed),
        new("Were connections to the service sent to it, and not opened?", Quantifier.Any, QuestionRole.Signature, SentInVain),
        new("Had each of them the ports of one that was with this server before?", Quantifier.All, QuestionRole.Mechanism, FollowsAnOldOne),
        new("Does IPVS there let new connections follow remembered ones?", Quantifier.All, QuestionRole.Mechanism, Settings),
        new("Does the service work through its other servers?", Quantifier.Any, QuestionRole.Discriminator, OthersWork, "connection-refused-closed-port"),
    ];

    protected override IEnumerable<Drained> Propose(CaseView view) => view.Facts.Of<VirtualServer>()
        .Where(s => s is { Protocol: "tcp", Server: not null, Weight: not null })
        .GroupBy(s => (s.At.Stack, s.Service, s.Server)).Select(g => g.Last())
        .Where(s => s.Weight == 0)
        .Select(s => new Drained(view, s))
        // A drained server by itself is nothing: each rollout leaves some for minutes.
        .Where(h => h.ToService.Any(a => a.Failed));

    protected override string Summarise(Drained h) =>
        h.Attempts.Count > 0
            ? $"{h.Attempts.Count} connections to {h.Listed.Service} were sent to {h.Listed.Server}, which has weight 0; none was opened."
            : $"{h.Listed.Server} of {h.Listed.Service} has weight 0, and {h.Remembered} connections with it are remembered.";

    protected override string RemedyFor(Drained h) => Remedy.Replace("SERVICE", $"{h.Listed.Service}", StringComparison.Ordinal).Replace("SERVER", $"{h.Listed.Server}", StringComparison.Ordinal);

    protected override IEnumerable<NextEvidence> Next(Drained h)
    {
        yield return new NextEvidence(h.Listed.At.Stack, "ipvsadm -Lnc; sysctl -a -r net.ipv4.vs", null, $"which ports IPVS remembers with {h.Listed.Server}, and what it does when they are used again");
        if (h.Attempts.Count == 0)
        {
            yield return AttemptEvidence.Capture(h.Listed.At.Stack, $"tcp and host {h.Listed.Server!.Address} and port {h.Listed.Server.Port}", "whether new connections leave for the drained server");
        }
    }

    private static IEnumerable<Sighting> Listed(Drained h) =>
        [Sighting.Of(h.Remembered > 0 || h.Attempts.Count > 0, $"{h.Listed.Server} of {h.Listed.Service}: weight 0, {h.Listed.ActiveConnections} active, {h.Listed.InactiveConnections} inactive", h.Listed.From)];

    private static IEnumerable<Sighting> SentInVain(Drained h)
    {
        if (h.Attempts.Count > 0)
        {
            var refused = h.Attempts.Count(a => a.Outcome == AttemptOutcome.Refused);
            yield return Sighting.Of(true, $"{h.Attempts.Count}, {refused} of them refused", [.. h.Attempts.SelectMany(a => a.Frames).Take(24)]);
        }
    }

    private static IEnumerable<Sighting> FollowsAnOldOne(Drained h)
    {
        foreach (var attempt in h.Attempts)
        {
            var old = h.ToServer.FirstOrDefault(a => Ends.Same(a.Client, attempt.Client) && a.SynTimes[0] < attempt.SynTimes[0]);
            var entry = h.Entry(attempt);
            yield return old is not null ? Sighting.Of(true, $"{attempt.Client} was with it {(attempt.SynTimes[0] - old.SynTimes[0]).TotalSeconds:0.0} s before", old.From)
                : entry is not null ? Sighting.Of(true, $"{attempt.Client} is remembered with it, {entry.State}", entry.From)
                : Sighting.Unknown($"{attempt.Client}: no earlier one was seen", attempt.From);
        }
    }

    private static IEnumerable<Sighting> Settings(Drained h)
    {
        var stack = h.View.Stacks.At(h.Listed.At.Stack);
        var (mode, expire) = (stack.Setting(Mode), stack.Setting(Expire));
        // With another mode it depends on the state of the old entry.
        yield return mode is null ? Sighting.Unknown($"{Mode} not collected")
            : mode.Value.Trim() == "0" ? Sighting.Of(true, $"{Mode}=0", mode.From)
            : Sighting.Unknown($"{Mode}={mode.Value.Trim()}", mode.From);
        yield return expire is null ? Sighting.Unknown($"{Expire} not collected") : Sighting.Of(expire.Value.Trim() == "0", $"{Expire}={expire.Value.Trim()}", expire.From);
    }

    private static IEnumerable<Sighting> OthersWork(Drained h)
    {
        var opened = h.ToService.Where(a => !Ends.Same(a.ServerThere, h.Listed.Server!)).ToArray();
        if (opened.Length > 0)
        {
            var worked = opened.Where(a => a.Outcome == AttemptOutcome.Established).ToArray();
            yield return Sighting.Of(worked.Length > 0, $"{worked.Length} of {opened.Length} that were sent to others were opened", [.. opened.Select(a => a.From).Take(8)]);
        }
    }

    /// <summary>A server of weight 0.</summary>
    internal sealed class Drained : Hypothesis
    {
        internal Drained(CaseView view, VirtualServer listed)
            : base(view, Scope.Of(listed.At.Stack))
        {
            Listed = listed;
            ToService = [.. view.Attempts.Where(a => Ends.Same(a.Server, listed.Service) || a.SeenAt.Any(f => Ends.Same(f.Server, listed.Service)))];
            ToServer = [.. ToService.Where(a => Ends.Same(a.ServerThere, listed.Server!) || (Ends.Same(a.ServerThere, listed.Service) && Entry(a) is not null))];
            Attempts = [.. ToServer.Where(a => a.Failed)];
        }

        internal VirtualServer Listed { get; }

        /// <summary>Connections that IPVS remembers with it.</summary>
        internal long Remembered => (Listed.ActiveConnections ?? 0) + (Listed.InactiveConnections ?? 0);

        /// <summary>Attempts to open connections to the service.</summary>
        internal IReadOnlyList<Attempt> ToService { get; }

        /// <summary>Those that were sent to this server.</summary>
        internal IReadOnlyList<Attempt> ToServer { get; }

        /// <summary>What IPVS remembers of the client's port with this server.</summary>
        internal VirtualConnection? Entry(Attempt attempt) => View.Facts.Of<VirtualConnection>()
            .FirstOrDefault(c => c.At.Stack == Listed.At.Stack && Ends.Same(c.Source, attempt.Client) && Ends.Same(c.Service, Listed.Service) && Ends.Same(c.Server, Listed.Server!));

        /// <summary>The table of IPVS itself names the place, and the captures on both of its sides what it did.</summary>
        internal override bool Placed => true;

        internal override IReadOnlyList<Attempt> Attempts { get; }
    }
}
