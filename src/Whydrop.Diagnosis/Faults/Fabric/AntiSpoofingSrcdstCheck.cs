using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>The network between the nodes passes only addresses that it gave the nodes itself.</summary>
internal sealed class AntiSpoofingSrcdstCheck : FaultOf<BetweenHosts>
{
    public override string Id => "anti-spoofing-srcdst-check";

    public override string Name => "Source check of the network between the nodes";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "Pods without an overlay work on their node and never across nodes; what the nodes say to each other works.";

    public override string Mechanism =>
        "The hypervisor or fabric compares the source (and the destination) of each packet with the addresses it gave that network card. It does not know those of pods, and discards them in silence: "
        + "source/destination check, port security, forged transmits.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("sg-nacl-drop", "There one port vanishes, also with the node's own address; here every port of pods does."),
        new("tunnel-protocol-blocked", "There pods' packets are wrapped in the nodes' addresses, and the wrapping is what is dropped."),
        new("rp-filter-martian", "There the packets come in at the node, whose kernel counts them."),
        new("missing-route", "There a router has no route back to the pods; what vanishes depends on the destination, not on the source."),
    ];

    public override string Remedy => "Switch the check off for the network cards of the nodes (AWS source/destination check, OpenStack allowed_address_pairs or port security, Azure IP forwarding and routes, ESXi forged transmits), or use an overlay.";

    public override string Verify => "A pod's SYN seen on the uplink of its node is seen on that of the other.";

    public override IReadOnlyList<string> References => ["RFC 2827 (ingress filtering)", "https://github.com/kubernetes/cloud-provider-openstack/issues/2492"];

    protected override IEnumerable<QuestionOf<BetweenHosts>> Ask() =>
    [
        new("Did packets leave one node and never arrive at the next?", Quantifier.Any, QuestionRole.Signature, h => h.Vanished()),
        new("Were these connections blocked as a whole?", Quantifier.All, QuestionRole.Signature, h => h.NothingPassed()),
        new("Were they plain packets with an address that is not the node's own?", Quantifier.All, QuestionRole.Signature, Foreign),
        new("Were all packets with such a source missing there?", Quantifier.All, QuestionRole.Signature, h => ForeignPassed(h).Select(s => s.Opposite)),
        new("Did packets with the node's own address reach the same destination?", Quantifier.Any, QuestionRole.Mechanism, OwnReaches),
        new("Does it hit more than one port?", Quantifier.Any, QuestionRole.Discriminator, SeveralPorts, "sg-nacl-drop"),
    ];

    protected override IEnumerable<BetweenHosts> Propose(CaseView view) => BetweenHosts.Candidates(view);

    protected override string Summarise(BetweenHosts h)
    {
        var sources = h.Stopped.Select(c => c.From.Address.ToString()).Distinct().ToArray();
        var own = h.Passed.FirstOrDefault(c => h.Owns(h.Gone.Seen, c.From.Address) == Answer.Yes);
        return $"{h.Gone.What} vanished {h.Gone.Place}: nothing from {string.Join(", ", sources.Take(3))} passes" + (own is null ? "." : $", what {own.From.Address} of the node itself sends does.");
    }

    protected override IEnumerable<NextEvidence> Next(BetweenHosts h)
    {
        var to = h.Gone.Ends(h.View).FirstOrDefault().To;
        return h.Ask(to is null ? "tcp" : $"host {to.Address}", "setting of the node's network card at the provider: source/destination check, port security, allowed addresses, IP forwarding")
            .Append(new NextEvidence(h.Gone.Seen, $"nc -vz -w 3 {to?.Address} {to?.Port} on the node itself, and from a pod to another port, with the captures of both nodes running", null, "whether the node's own address passes where a pod's does not, on every port"));
    }

    private static IEnumerable<Sighting> Foreign(BetweenHosts h)
    {
        foreach (var c in h.Stopped)
        {
            var source = h.Owns(h.Gone.Seen, c.From.Address);
            var destination = h.Gone.Missing is { } missing ? h.Owns(missing, c.To.Address) : Answer.Unknown;
            var answer = c.Encapsulation is not null || (source == Answer.Yes && destination == Answer.Yes) ? Answer.No
                : source == Answer.No || destination == Answer.No ? Answer.Yes
                : Answer.Unknown;
            yield return new Sighting(answer, c.Encapsulation is { } wrapped ? $"wrapped: {wrapped}" : $"{c.From.Address} > {c.To.Address}", c.Evidence);
        }
    }

    private static IEnumerable<Sighting> ForeignPassed(BetweenHosts h)
    {
        var checkedDestination = h.Stopped.Any(s => h.Owns(h.Gone.Seen, s.From.Address) == Answer.Yes);
        return h.Passed.Where(c => c.Encapsulation is null).Select(c => new Sighting(
            h.Owns(h.Gone.Seen, c.From.Address) switch { Answer.Yes => checkedDestination && h.Owns(h.Gone.Missing!, c.To.Address) == Answer.No ? Answer.Yes : Answer.No, Answer.No => Answer.Yes, _ => Answer.Unknown },
            $"{c.From.Address} > {c.To.Address}", c.Evidence));
    }

    private static IEnumerable<Sighting> OwnReaches(BetweenHosts h)
    {
        foreach (var c in h.Passed.Where(c => c.Encapsulation is null && h.Owns(h.Gone.Seen, c.From.Address) == Answer.Yes && h.Stopped.Any(s => s.To.Address.Equals(c.To.Address) && h.Owns(h.Gone.Seen, s.From.Address) == Answer.No)))
        {
            yield return Sighting.Of(true, $"{c.From.Address} > {c.To}", c.Evidence);
        }
    }

    private static IEnumerable<Sighting> SeveralPorts(BetweenHosts h)
    {
        var ports = h.Stopped.Where(c => !c.Passed).Select(c => c.ServicePort).Distinct().Order().ToArray();
        return [new Sighting(ports.Length > 1 ? Answer.Yes : Answer.Unknown, $"port{(ports.Length == 1 ? "" : "s")} {string.Join(", ", ports)}", [.. h.Stopped.SelectMany(c => c.Evidence).Take(4)])];
    }
}
