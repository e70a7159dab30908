using System.Net;
using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Tunnel;

/// <summary>The network between the nodes drops the protocol or port of the tunnel.</summary>
internal sealed class TunnelProtocolBlocked : FaultOf<BetweenHosts>
{
    public override string Id => "tunnel-protocol-blocked";

    public override string Name => "The tunnel's protocol is not let through";

    public override FaultLayer Layer => FaultLayer.Tunnel;

    public override string UserSees => "Pods on one node reach each other, pods on different nodes never; the nodes themselves reach each other.";

    public override string Mechanism =>
        "A security group or firewall between the nodes passes TCP and ICMP, and not what the tunnel is made of: IP protocol 4 (IP-in-IP), 47 (GRE), UDP 4789 or 8472 (VXLAN), 6081 (Geneve), 51820 (WireGuard). "
        + "Each wrapped packet leaves the node and none arrives.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("sg-nacl-drop", "There plain packets to one port vanish; here all that is wrapped does, whatever is inside."),
        new("anti-spoofing-srcdst-check", "There pods' packets go unwrapped, and their own addresses are what is refused."),
        new("overlay-mtu-too-big", "There small wrapped packets pass."),
        new("path-blackout", "There plain packets vanish too."),
    ];

    public override string Remedy => "Let the tunnel pass between all nodes, in both directions: IP protocol 4 for IP-in-IP (on Azure it never passes: use VXLAN), the UDP port for VXLAN, Geneve or WireGuard.";

    public override string Verify => "A wrapped packet seen on one node's uplink is seen on the other's: tcpdump -ni DEVICE 'ip proto 4 or udp port 4789 or udp port 8472'.";

    public override IReadOnlyList<string> References => ["RFC 2003 (protocol 4)", "RFC 7348 §4.1 (UDP 4789)", "https://github.com/kubernetes-sigs/cluster-api-provider-openstack/issues/1484"];

    protected override IEnumerable<QuestionOf<BetweenHosts>> Ask() =>
    [
        new("Did packets leave one node and never arrive at the next?", Quantifier.Any, QuestionRole.Signature, h => h.Vanished().Concat(NotAtItsEnd(h))),
        new("Were these connections blocked as a whole?", Quantifier.All, QuestionRole.Signature, h => h.NothingPassed()),
        new("Were all of them wrapped by a tunnel?", Quantifier.All, QuestionRole.Signature, Wrapped),
        new("Was all that was wrapped so missing behind it?", Quantifier.All, QuestionRole.Signature, h => WrappedPassed(h).Select(s => s.Opposite)),
        new("Did plain packets pass between the same nodes at the same time?", Quantifier.Any, QuestionRole.Mechanism, PlainPassed),
        new("Did a device between say that it is prohibited?", Quantifier.Any, QuestionRole.Support, h => h.Prohibited()),
    ];

    protected override IEnumerable<BetweenHosts> Propose(CaseView view) => BetweenHosts.Candidates(view).Where(h => h.Stopped.Any(c => c.Encapsulation is not null) || (h.Gone.Missing is null && Wraps(h)));

    protected override string Summarise(BetweenHosts h) =>
        $"{h.Gone.What}, wrapped as {string.Join(", ", h.Stopped.Select(c => Encapsulation.Kind(c.Encapsulation)).OfType<string>().Distinct().DefaultIfEmpty("a tunnel"))}, vanished {h.Gone.Place}"
        + (h.Passed.FirstOrDefault(c => c.Encapsulation is null) is { } plain ? $"; {plain.From.Address} > {plain.To} passes plain." : ".");

    protected override IEnumerable<NextEvidence> Next(BetweenHosts h) =>
        h.Ask("ip proto 4 or udp port 4789 or udp port 8472 or tcp", "rules (security group, firewall) of the network between the nodes for the tunnel's protocol and port");

    private static bool Wraps(BetweenHosts h) => h.Gone.Directions.All(d => h.View.Trails[d.Connection].Flows.Any(f => f.At == h.Gone.Seen && f.Encapsulation is not null));

    /// <summary>The other end of the tunnel was captured, and shows nothing of them; unless that capture had a filter, they did not arrive.</summary>
    private static IEnumerable<Sighting> NotAtItsEnd(BetweenHosts h)
    {
        foreach (var ends in h.Stopped.Where(c => !c.Passed).Select(c => Encapsulation.Ends(c.Encapsulation)).OfType<(IPAddress Source, IPAddress Destination)>().Distinct())
        {
            if (h.Gone.Missing is { } missing && missing.Stack != h.Gone.Seen.Stack && (h.Owns(missing, ends.Destination) == Answer.Yes || h.Owns(missing, ends.Source) == Answer.Yes
                || h.Passed.Any(p => p.Encapsulation is null && Among(ends, p.From.Address) && Among(ends, p.To.Address))))
            {
                yield return Sighting.Of(true, $"{h.Gone.What} left {h.Gone.Seen} for {missing.Stack}, whose captures show none", [.. h.Gone.Frames.Take(8)]);
            }
        }
    }

    private static bool Among((IPAddress Source, IPAddress Destination) ends, IPAddress address) => Ends.Same(ends.Source, address) || Ends.Same(ends.Destination, address);

    private static IEnumerable<Sighting> Wrapped(BetweenHosts h) =>
        h.Stopped.Select(c => Sighting.Of(c.Encapsulation is not null, c.Encapsulation ?? $"plain: {c.From} > {c.To}", c.Evidence));

    private static Sighting[] WrappedPassed(BetweenHosts h)
    {
        var passed = h.Passed.Where(c => c.Encapsulation is not null).Select(c => Sighting.Of(true, $"{c.From} > {c.To}: {c.Encapsulation}", c.Evidence)).ToArray();
        return passed.Length > 0 ? passed : [h.Passed.Any() ? Sighting.Of(false, "nothing did") : Sighting.Unknown("nothing was seen to")];
    }

    private static IEnumerable<Sighting> PlainPassed(BetweenHosts h) =>
        h.Passed.Where(c => c.Encapsulation is null).Take(4).Select(c => Sighting.Of(true, $"{c.From} > {c.To}", c.Evidence));
}
