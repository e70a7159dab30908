using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netns;

/// <summary>A pod is sent back to itself by its Service, and the way back does not work.</summary>
internal sealed class HairpinOff : FaultOf<HairpinOff.Itself>
{
    public override string Id => "hairpin-off";

    public override string Name => "A pod cannot reach itself through its Service";

    public override FaultLayer Layer => FaultLayer.Netns;

    public override string UserSees => "One in as many requests as there are endpoints times out, only from pods that are endpoints of the Service they ask.";

    public override string Mechanism =>
        "The Service picks the pod that asks. A bridge does not send a frame out of the port it came in by unless the port hairpins; and where nothing masquerades, the pod gets a packet "
        + "from its own address, which its kernel takes for forged and discards. Neither is counted.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("masquerade-missing-or-excess", "There the answer of another pod comes from the wrong address."),
        new("networkpolicy-drop", "There a rule drops, whatever the endpoint."),
        new("stale-kubeproxy-rules", "There the endpoint that is picked lives no more."),
    ];

    public override string Remedy => "bridge link set dev HOSTEND hairpin on (hairpinMode: true of the CNI plug-in), and masquerade what a pod sends to itself (kube-proxy does, unless masquerading was switched off).";

    public override string Verify => "From the pod, as many requests to its Service as it has endpoints, times ten: all are answered.";

    public override IReadOnlyList<string> References => ["net/bridge/br_forward.c should_deliver", "net/ipv4/fib_frontend.c __fib_validate_source (a local source is a martian)", "Kubernetes documentation: Debug Services, a Pod fails to reach itself via the Service IP"];

    protected override IEnumerable<QuestionOf<Itself>> Ask() =>
    [
        new("Was the pod to be sent back to itself?", Quantifier.Any, QuestionRole.Signature, Picked),
        new("Does its port not hairpin, or did it get its own address as the source?", Quantifier.Any, QuestionRole.Mechanism, Refused),
        new("Did as many fail as were sent back?", Quantifier.Any, QuestionRole.Support, h => h.Rule is { Grown: { } grown } r ? [new Sighting(Counted.Tells(grown, h.Syns), $"{r.Rule.Text}: +{grown}, {h.Syns} SYNs", [r.Rule.From])] : []),
    ];

    protected override IEnumerable<Itself> Propose(CaseView view)
    {
        var returns = new Returns(view);
        foreach (var ofClient in view.Attempts.Where(a => a.Outcome == AttemptOutcome.Unanswered && !a.Server.Address.Equals(a.Client.Address)).GroupBy(a => a.Client.Address))
        {
            var rule = Rule(view, ofClient.Key);
            var sure = ofClient.Where(a => returns.Tracked(a) is not null || returns.CameBack(a).Any()).ToArray();

            // Others to the same Service died the same way, when it may pick the pod and nothing of them left its node.
            var alike = ofClient.Except(sure).Where(a => rule is { Grown: not 0 } && ToService(view, a, ofClient.Key)).ToArray();
            if (sure.Length + alike.Length > 0)
            {
                // Each namespace that shows it is a place of its own: its evidence stands without that of the others.
                var places = sure.Select(a => returns.Tracked(a)?.At.Stack).Concat(sure.SelectMany(returns.CameBack).Select(f => f.At.Stack)).OfType<VantagePoint>().Distinct().DefaultIfEmpty(rule?.Rule.At.Stack ?? VantagePoint.Unknown);
                foreach (var at in places)
                {
                    yield return new Itself(view, HostEnd(view, at, ofClient.Key), at, [.. sure, .. alike], rule, returns);
                }
            }
        }
    }

    protected override string Summarise(Itself h) =>
        $"{h.Syns} SYNs of {h.Attempts.Count} attempts of {h.Attempts[0].Client.Address} to {h.Attempts[0].Server} were to go back to {h.Attempts[0].Client.Address} itself{(h.Hairpin is { Value: "off" } off ? $", and {off.At} does not hairpin" : "")}.";

    protected override IEnumerable<NextEvidence> Next(Itself h)
    {
        var device = h.Port?.At.Interface ?? "DEVICE";
        yield return new NextEvidence(h.Node, "ip -d link; nft list ruleset; conntrack -L -p tcp; sysctl net.bridge.bridge-nf-call-iptables", null, "whether the pod is picked for itself, and whether its port hairpins");
        yield return AttemptEvidence.Capture(h.Port?.At ?? h.Node, $"tcp and host {h.Attempts[0].Client.Address}", $"whether the SYN comes back out of {device}, and with which source");
    }

    /// <summary>Rule that translates to that address.</summary>
    private static (FirewallRule Rule, long? Grown)? Rule(CaseView view, IPAddress pod) =>
        view.Facts.Of<FirewallRule>().Where(r => r.Action == "dnat" && r.Translations.Any(t => t.Address.Equals(pod))).Select(r => ((FirewallRule, long?)?)(r,
            view.Facts.Of<CounterDelta>().FirstOrDefault(d => d.At.Stack == r.At.Stack && d.Name == r.Counter)?.Delta)).LastOrDefault();

    private static bool ToService(CaseView view, Attempt a, IPAddress pod) =>
        view.Stacks.Owners(a.Server.Address).Count == 0 && a.SeenAt.All(f => f.At.Stack == a.SeenAt[0].At.Stack || f.Client.Address.Equals(pod)) && a.SeenAt.All(f => f.Server.Equals(a.Server))
        && view.Facts.Of<FirewallRule>().Any(r => r.Destinations.Any(d => d.PrefixLength > 0 && d.Contains(a.Server.Address)) && (r.DestinationPorts.Count == 0 || r.DestinationPorts.Any(p => a.Server.Port >= p.First && a.Server.Port <= p.Last)));

    private static NetworkInterface? HostEnd(CaseView view, VantagePoint at, IPAddress pod)
    {
        var own = view.Facts.Of<InterfaceAddress>().Where(a => a.Address.Equals(pod) && a.At.Stack != at).SelectMany(a => view.Interfaces(a.At.Stack).Where(d => d.At == a.At)).FirstOrDefault();
        var ports = view.Interfaces(at).Where(d => d.Master is not null).ToArray();
        return own is null ? null : ports.FirstOrDefault(d => VethPairs.Peer(view, d)?.At == own.At);
    }

    private static IEnumerable<Sighting> Picked(Itself h)
    {
        foreach (var entry in h.Attempts.Select(h.Returns.Tracked).OfType<ConntrackEntry>().Take(4))
        {
            yield return Sighting.Of(true, $"{entry.Source} > {entry.Destination} is translated to {entry.ReplySource}, not answered", entry.From);
        }

        foreach (var flow in h.Attempts.SelectMany(a => h.Returns.CameBack(a).Take(1)).Take(4))
        {
            yield return Sighting.Of(true, $"{flow.Client} > {flow.Server} at {flow.At}", flow.From);
        }

        if (h.Rule is { Grown: > 0 } rule)
        {
            yield return Sighting.Of(true, $"{rule.Rule.Text} of {rule.Rule.At} +{rule.Grown}", rule.Rule.From);
        }
        else if (h.Rule is { } listed)
        {
            yield return Sighting.Unknown($"{listed.Rule.Text} of {listed.Rule.At} may pick it", listed.Rule.From);
        }
    }

    private static IEnumerable<Sighting> Refused(Itself h)
    {
        foreach (var flow in h.Attempts.SelectMany(a => h.Returns.CameBack(a).Take(1)).Take(4))
        {
            yield return Sighting.Of(true, $"{flow.Client} > {flow.Server} came back at {flow.At}: its own address as source", flow.From);
        }

        // Where the node routes it instead of bridging it, it leaves by the bridge itself and no port has to hairpin: the setting alone proves nothing.
        if (h.Hairpin is { } hairpin && !h.Attempts.Any(a => h.Returns.CameBack(a).Any()))
        {
            yield return Sighting.Unknown($"{hairpin.At} hairpin {hairpin.Value}", hairpin.From);
        }
    }

    /// <summary>What shows by itself that it was to go back to where it came from.</summary>
    internal sealed class Returns(CaseView view)
    {
        private readonly ILookup<(IPEndPoint, IPEndPoint), ConntrackEntry> tracked = view.Facts.Of<ConntrackEntry>()
            .Where(e => e is { Protocol: "tcp", Unreplied: true } && e.ReplySource.Address.Equals(e.Source.Address)).ToLookup(e => (e.Source, e.Destination));

        private readonly ILookup<IPEndPoint, TcpFlow> flows = view.Facts.Of<TcpFlow>()
            .Where(f => f.Server.Address.Equals(f.Client.Address) && f.FromServer.InitialSequence is null && f.FromClient.InitialSequence is not null).ToLookup(f => f.Client);

        internal ConntrackEntry? Tracked(Attempt a) => tracked[(a.Client, a.Server)].FirstOrDefault();

        /// <summary>The same connection with the pod's address at both ends.</summary>
        internal IEnumerable<TcpFlow> CameBack(Attempt a) => flows[a.Client];
    }

    /// <summary>A pod that a Service sends back to itself.</summary>
    internal sealed class Itself(CaseView view, NetworkInterface? port, VantagePoint at, IReadOnlyList<Attempt> attempts, (FirewallRule Rule, long? Grown)? rule, Returns returns)
        : Hypothesis(view, Scope.Of(at))
    {
        internal Returns Returns { get; } = returns;

        internal NetworkInterface? Port { get; } = port;

        internal VantagePoint Node { get; } = at.Stack;

        internal (FirewallRule Rule, long? Grown)? Rule { get; } = rule;

        internal long Syns { get; } = attempts.Sum(a => (long)a.SynTimes.Count);

        internal DeviceSetting? Hairpin => Port is null ? null : View.Facts.Of<DeviceSetting>().LastOrDefault(s => s is { Group: "bridge", Key: "hairpin" } && s.At == Port.At);

        internal override bool Placed => Node.Node is not null;

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;
    }
}
