using System.Net;
using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>An access list outside the cluster's hosts drops some ports or addresses.</summary>
internal sealed class SgNaclDrop : FaultOf<BetweenHosts>
{
    public override string Id => "sg-nacl-drop";

    public override string Name => "Access list of the network between the nodes";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "One port, or one range of addresses, always times out across nodes; on the same node it works.";

    public override string Mechanism =>
        "A security group, network ACL or firewall outside the nodes passes only what its list names, by address and port, and drops the rest in silence. A stateless list needs an entry for the answers "
        + "too: one that leaves out part of the ephemeral ports loses the SYN-ACKs of some clients.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("networkpolicy-drop", "There the packets come in at the node, and a rule of its own counts them."),
        new("tunnel-protocol-blocked", "There everything that the tunnel carries vanishes, whatever its port."),
        new("anti-spoofing-srcdst-check", "There pods' addresses vanish whatever the port, and the node's own pass."),
        new("ecmp-bad-member", "There single connections vanish by chance, to the same port as others that pass."),
        new("path-blackout", "There nothing passes between the two."),
    ];

    public override string Remedy => "Allow the port in the security group or ACL of both nodes, in both directions; in a stateless ACL also the answers to the whole range of client ports (net.ipv4.ip_local_port_range of the clients).";

    public override string Verify => "The SYN and its SYN-ACK are seen on both nodes' uplinks; the flow log of the network says ACCEPT.";

    public override IReadOnlyList<string> References => ["RFC 6056 §3.2 (ephemeral port ranges)", "https://github.com/canonical/microk8s/issues/3909"];

    protected override IEnumerable<QuestionOf<BetweenHosts>> Ask() =>
    [
        new("Did packets leave one node and never arrive at the next?", Quantifier.Any, QuestionRole.Signature, h => h.Vanished()),
        new("Were these connections blocked as a whole?", Quantifier.All, QuestionRole.Signature, h => h.NothingPassed()),
        new("Does a port, or an address, tell what vanishes from what passes at the same time?", Quantifier.Any, QuestionRole.Mechanism, Decides),
        new("Could the list read their ports, which a tunnel hides?", Quantifier.All, QuestionRole.Discriminator, Plain, "tunnel-protocol-blocked"),
        new("Is it more than that their sources are no addresses of the node?", Quantifier.Any, QuestionRole.Discriminator, MoreThanForeign, "anti-spoofing-srcdst-check"),
        new("Did a device between say that it is prohibited?", Quantifier.Any, QuestionRole.Support, h => h.Prohibited()),
    ];

    protected override IEnumerable<BetweenHosts> Propose(CaseView view) => BetweenHosts.Candidates(view);

    protected override string Summarise(BetweenHosts h) => $"{h.Gone.What} vanished {h.Gone.Place}: " + (AccessPattern.Of(h) is { Told: true } pattern
        ? $"{pattern.Text}."
        : $"{string.Join(", ", h.Stopped.Select(c => $"{c.From.Address} > {c.To.Address}, port {c.ServicePort}").Distinct().Take(3).DefaultIfEmpty("a network that nobody watched"))}.");

    protected override IEnumerable<NextEvidence> Next(BetweenHosts h)
    {
        var first = h.Gone.Ends(h.View).FirstOrDefault();
        var to = first.To ?? new IPEndPoint(IPAddress.Any, 0);
        foreach (var next in h.Ask($"host {to.Address}", $"flow log and rules (security group, ACL) of the network for {first.From?.Address} to {to}"))
        {
            yield return next;
        }

        if (AccessPattern.Of(h) is not { Told: true })
        {
            yield return new NextEvidence(h.Gone.Seen, $"nc -vz -w 3 {to.Address} OTHER_PORT (from the same source, a port that listens there), with the captures of both nodes running", null, "whether it is the port or the address that does not pass");
        }
    }

    private static IEnumerable<Sighting> Decides(BetweenHosts h) => AccessPattern.Of(h) is { } pattern ? [new Sighting(pattern.Told ? Answer.Yes : Answer.Unknown, pattern.Text, pattern.Evidence)] : [];

    private static IEnumerable<Sighting> Plain(BetweenHosts h) =>
        h.Stopped.Select(c => Sighting.Of(c.Encapsulation is null, c.Encapsulation is null ? $"{c.From} > {c.To}" : $"wrapped: {c.Encapsulation}", c.Evidence));

    private static IEnumerable<Sighting> MoreThanForeign(BetweenHosts h)
    {
        if (AccessPattern.Of(h) is { Told: true, ByPort: true } pattern)
        {
            yield return Sighting.Of(true, pattern.Text, pattern.Evidence);
            yield break;
        }

        foreach (var own in h.Stopped.Where(c => h.Owns(h.Gone.Seen, c.From.Address) == Answer.Yes && h.Owns(h.Gone.Missing ?? h.Gone.Seen, c.To.Address) == Answer.Yes))
        {
            yield return Sighting.Of(true, $"{own.From.Address} and {own.To.Address} are the nodes' own", own.Evidence);
        }

        // Other pods of the node pass: it is not that they are pods.
        foreach (var foreign in h.Passed.Where(c => c.Encapsulation is null && h.Owns(h.Gone.Seen, c.From.Address) == Answer.No))
        {
            yield return Sighting.Of(true, $"{foreign.From.Address} passes, and is no address of the node", foreign.Evidence);
        }

        foreach (var node in h.Passed.Where(c => c.Encapsulation is null && h.Owns(h.Gone.Seen, c.From.Address) == Answer.Yes && h.Stopped.Any(s => s.To.Equals(c.To))))
        {
            yield return Sighting.Of(false, $"{node.From.Address} of the node itself reaches {node.To}", node.Evidence);
        }
    }
}
