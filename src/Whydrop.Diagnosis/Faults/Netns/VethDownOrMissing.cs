using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netns;

/// <summary>The host end of a pod's veth is down, gone, or in no bridge.</summary>
internal sealed class VethDownOrMissing : FaultOf<VethDownOrMissing.CutOff>
{
    public override string Id => "veth-down-or-missing";

    public override string Name => "The pod's link is cut at its node";

    public override FaultLayer Layer => FaultLayer.Netns;

    public override string UserSees => "One pod cannot be reached from anywhere and reaches nothing; its neighbours on the node are fine.";

    public override string Mechanism =>
        "A pod hangs on its node by a veth pair. When the host end is down, deleted or not a port of the bridge, nothing passes; the kernel takes the pod's route away with it. "
        + "What then happens to packets for the pod depends on what is left: the block's own route discards them, or nobody answers ARP for it.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("blackhole-route", "There the device is up, and only the pod's route is gone."),
        new("neigh-unresolved", "There the device is up and a port of its bridge, and the pod does not answer."),
        new("networkpolicy-drop", "There a rule drops, and its counter grows."),
    ];

    internal override IReadOnlyList<string> LeadsTo => ["blackhole-route", "neigh-unresolved"];

    public override string Remedy => "Delete the pod so that the CNI plug-in makes the link anew; look into its log for an ADD or DEL that failed, and for scripts that clean up devices.";

    public override string Verify => "ip -d link shows the host end UP (and its bridge as master); the pod answers its probes.";

    public override IReadOnlyList<string> References => ["drivers/net/veth.c veth_open, veth_xmit", "net/ipv4/fib_semantics.c fib_sync_down_dev", "CNI specification: ADD, DEL"];

    protected override IEnumerable<QuestionOf<CutOff>> Ask() =>
    [
        new("Is the host end of the pod's link down, gone, or in no bridge?", Quantifier.Any, QuestionRole.Signature, Cut),
        new("Is it the link of the pod that the packets are for?", Quantifier.Any, QuestionRole.Mechanism, IsThePods),
        new("Did packets for the pod come to the node and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
    ];

    protected override IEnumerable<CutOff> Propose(CaseView view)
    {
        var found = new List<CutOff>();
        foreach (var candidate in DroppedAt.Candidates(view))
        {
            var at = candidate.Stack.At;
            foreach (var address in candidate.Gone!.Destinations(view).Where(a => !view.Stacks.Owners(a).Contains(at)))
            {
                var pods = PodDevices(view, address).Where(p => p.At.Stack != at).ToArray();
                found.AddRange(pods.SelectMany(p => Ends(view, at, p).Where(host => IsCut(view, host, p, address)).Select(host => new CutOff(view, at, candidate.Gone, address, host, p))));
                found.AddRange(view.Interfaces(at).Where(d => pods.Length == 0 && d is { Kind: null or "veth", Up: false, PeerIndex: not null } && !Leads(view, at, address))
                    .Take(1).Select(d => new CutOff(view, at, candidate.Gone, address, d, null)));
            }
        }

        // Tables only: a pod that is up at its own end and cut off at the other.
        foreach (var pod in view.ListedStacks.SelectMany(view.Interfaces).Where(d => d is { Kind: "veth", Up: true }))
        {
            foreach (var own in view.Facts.Of<InterfaceAddress>().Where(a => a.At == pod.At && !a.Address.IsIPv6LinkLocal).Select(a => a.Address).Distinct().Take(1))
            {
                found.AddRange(view.ListedStacks.Where(s => s != pod.At.Stack).SelectMany(s => Ends(view, s, pod).Where(host => (host.Up != false || pod.Carrier == false) && IsCut(view, host, pod, own))
                    .Where(host => !found.Any(f => f.Host.At == host.At)).Select(host => new CutOff(view, s, null, own, host, pod))));
            }
        }

        return found;
    }

    protected override string Summarise(CutOff h)
    {
        var state = h.Host.Up == false ? "is down" : "is in no bridge";
        var whose = h.Pod is { } pod ? $", the host end of {h.Address} ({pod.At})," : "";
        return h.Gone is { } gone ? $"{gone.What} to {h.Address} vanished {gone.Place}: {h.Host.At}{whose} {state}." : $"{h.Host.At}{whose} {state}.";
    }

    protected override IEnumerable<NextEvidence> Next(CutOff h)
    {
        yield return new NextEvidence(VantagePoint.Unknown, "ip -d link; ip addr; ip neigh", null, $"in the pod that owns {h.Address}: whether its link has a carrier, and the index of its other end");
        foreach (var next in DroppedAtEvidence.For(h, "ip -d -s link; bridge link; ip route show table all"))
        {
            yield return next;
        }
    }

    private static IEnumerable<NetworkInterface> PodDevices(CaseView view, IPAddress address) => view.Facts.Of<InterfaceAddress>()
        .Where(a => a.Address.Equals(address)).Select(a => a.At).Distinct().SelectMany(at => view.Interfaces(at.Stack).Where(d => d.At == at && d.Kind is null or "veth"));

    /// <summary>Devices there whose index and peer's index are those of the pod's device crosswise.</summary>
    private static IEnumerable<NetworkInterface> Ends(CaseView view, VantagePoint at, NetworkInterface pod) =>
        view.Interfaces(at).Where(d => d.Kind is null or "veth" && d.Index is not null && d.Index == pod.PeerIndex && d.PeerIndex == pod.Index);

    private static bool IsCut(CaseView view, NetworkInterface host, NetworkInterface pod, IPAddress address) =>
        host.Up == false ? pod.Carrier != true : VethPairs.Peer(view, host)?.At == pod.At && Bridge(view, host.At.Stack, address) is { } && host.Master is null;

    /// <summary>The bridge that the node sends packets for the pod to.</summary>
    private static NetworkInterface? Bridge(CaseView view, VantagePoint at, IPAddress address) =>
        RouteLookup.Of(view, at, address) is { Found: { Via: null } route } ? view.Interfaces(at).FirstOrDefault(d => d.At.Interface == route.At.Interface && d.Kind == "bridge") : null;

    /// <summary>A route still leads to it by a device that is up.</summary>
    private static bool Leads(CaseView view, VantagePoint at, IPAddress address) =>
        RouteLookup.Of(view, at, address) is { Found: { Type: "unicast" or "" } route } && view.Interfaces(at).FirstOrDefault(d => d.At.Interface == route.At.Interface) is { Up: not false };

    private static IEnumerable<Sighting> Cut(CutOff h)
    {
        if (h.Host.Up == false)
        {
            yield return Sighting.Of(true, $"{h.Host.At} is down{(h.Pod is { Carrier: false } pod ? $", {pod.At} has no carrier" : "")}", h.Pod is null ? [h.Host.From] : [h.Host.From, h.Pod.From]);
        }
        else if (Bridge(h.View, h.Stack.At, h.Address) is { } bridge)
        {
            yield return Sighting.Of(true, $"{h.Address} is sent to {bridge.At}, of which {h.Host.At.Interface} is no port", h.Host.From, bridge.From);
        }
    }

    private static IEnumerable<Sighting> IsThePods(CutOff h)
    {
        yield return h.Pod is { } pod
            ? Sighting.Of(true, $"{h.Address} is at {pod.At}, index {pod.Index} with peer {pod.PeerIndex}; {h.Host.At} is index {h.Host.Index} with peer {h.Host.PeerIndex}", pod.From, h.Host.From)
            : Sighting.Unknown($"the pod of {h.Address} was not looked at", h.Host.From);
    }

    /// <summary>The host end of a link and the address behind it.</summary>
    internal sealed class CutOff(CaseView view, VantagePoint at, Vanishing? gone, IPAddress address, NetworkInterface host, NetworkInterface? pod) : DroppedAt(view, at, gone, host.At)
    {
        internal IPAddress Address { get; } = address;

        internal NetworkInterface Host { get; } = host;

        internal NetworkInterface? Pod { get; } = pod;
    }
}
