using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Application;

/// <summary>A pod or host is gone from one moment to the next, without a FIN or a RST to those it talked with.</summary>
internal sealed class PeerVanished : FaultOf<PeerVanished.Peer>
{
    public override string Id => "peer-vanished";

    public override string Name => "Peer gone without goodbye";

    public override FaultLayer Layer => FaultLayer.Application;

    public override string UserSees => "Open connections hang, up to a quarter of an hour; new ones to other pods are fine.";

    public override string Mechanism =>
        "A node loses power, or the network of a pod is removed before its processes have closed their sockets: nobody is left to send FIN or RST. What is sent to it is repeated (tcp_retries2) until somebody gives up; "
        + "its node answers host unreachable at best.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("networkpolicy-drop", "There the link of the pod is still in place, and a rule counts."),
        new("veth-down-or-missing", "That is the condition; here established connections were cut by it."),
        new("keepalive-vs-idle-timeout", "There only idle connections die, and new ones to the same pod are fine."),
    ];

    public override string Remedy => "Let clients give up sooner (TCP_USER_TIMEOUT of 20 to 30 s, keep-alive probes, request time-outs), and pods end gracefully: preStop, terminationGracePeriodSeconds, drain before power-off.";

    public override string Verify => "When the pod ends, clients see FIN or RST, and ss -tino shows no connection that repeats for minutes.";

    public override IReadOnlyList<string> References => ["RFC 9293 §3.8.3", "RFC 5482", "Documentation/networking/ip-sysctl.rst tcp_retries2"];

    internal override IReadOnlyList<string> LeadsTo => ["neigh-unresolved"];

    protected override IEnumerable<QuestionOf<Peer>> Ask() =>
    [
        new("Did connections that had worked fall silent for good, without FIN or RST?", Quantifier.Any, QuestionRole.Signature, FellSilent),
        new("Does its host or the way there say that it is gone?", Quantifier.Any, QuestionRole.Signature, Gone),
        new("Was the device to it there before, and not after?", Quantifier.Any, QuestionRole.Mechanism, DeviceGone),
        new("Was it not heard of again?", Quantifier.All, QuestionRole.Discriminator, NotHeardOf, "keepalive-vs-idle-timeout"),
    ];

    protected override IEnumerable<Peer> Propose(CaseView view)
    {
        var worked = view.Losses.Where(l => l.Fate.NeverDelivered).GroupBy(l => l.Direction).Where(g => Worked(view, g.Key)).ToArray();
        var went = DeviceLoss.All(view).ToArray();
        var attempts = view.Attempts.ToLookup(a => Ends.Plain(a.ServerThere.Address));
        foreach (var peer in worked.GroupBy(g => Address(view, g.Key)))
        {
            Loss[] losses = [.. peer.SelectMany(g => g)];
            Attempt[] tried = [.. attempts[Ends.Plain(peer.Key)]];
            var seenAt = losses.SelectMany(l => view.Trails[l.Direction.Connection].Flows).Select(f => f.At).Distinct();
            var devices = went.Where(w => w.LeadsTo(view, peer.Key, seenAt)).ToLookup(w => w.At.Stack);

            // Each end of the link tells it of its own namespace; that of the pod itself comes first.
            var owner = view.Stacks.Of(peer.Key);
            foreach (var at in devices.Select(g => g.Key).OrderByDescending(at => at == owner))
            {
                yield return new Peer(view, peer.Key, losses, [.. devices[at]], tried);
            }

            if (devices.Count == 0)
            {
                yield return new Peer(view, peer.Key, losses, [], tried);
            }
        }
    }

    protected override string Summarise(Peer p) =>
        $"{p.Address} is gone without goodbye: {p.Losses.Select(l => l.Direction).Distinct().Count()} open connections fell silent, {p.Losses.Count} transmissions to it in vain{(p.Devices.Count > 0 ? $"; {p.Devices[0].Text}" : "")}.";

    protected override string RemedyFor(Peer p) => $"Find out who removed {p.Address} (pod events, node conditions, CNI log) before its connections were closed; let its clients give up sooner (TCP_USER_TIMEOUT, keep-alive).";

    protected override IEnumerable<NextEvidence> Next(Peer p)
    {
        var owner = p.View.Stacks.Of(p.Address);
        yield return new NextEvidence(
            owner is null ? VantagePoint.Unknown : Stacks.NodeOf(owner), "ip -d -s link; ip route; kubectl get events --sort-by=.lastTimestamp", null,
            $"whether the pod or host that owns {p.Address} is still there, and since when not: before and after");
    }

    // Its other end had answered in this connection before.
    private static bool Worked(CaseView view, DirectionKey direction) => view.Trails[direction.Connection] is { Flows.Count: > 0 } trail
        && trail.Flows.Any(f => direction == trail.ToServer ? f.FromServer.UniqueBytes > 0 || f.FromClient.LargestDelivered > 0 : f.FromClient.UniqueBytes > 0 || f.FromServer.LargestDelivered > 0)
        && !trail.Flows.Any(f => direction == trail.ToServer ? f.FromServer.Fin || f.FromServer.ResetFrame is not null : f.FromClient.Fin || f.FromClient.ResetFrame is not null);

    private static IPAddress Address(CaseView view, DirectionKey direction) =>
        view.Trails[direction.Connection] is var trail && direction == trail.ToServer ? trail.ServerThere.Address : trail.Client.Address;

    private static IEnumerable<Sighting> FellSilent(Peer p) => p.Losses.GroupBy(l => l.Direction)
        .Select(g => Sighting.Of(true, $"{g.Count()} transmissions in vain, after {g.Min(l => l.Fate.StreamOffset)} bytes", [.. g.Select(l => l.From).Take(6)]));

    private static IEnumerable<Sighting> Gone(Peer p) =>
    [
        .. p.Devices.Select(d => Sighting.Of(true, d.Text, d.Before.From, d.Listing)),
        .. p.Unreachable.Take(4).Select(e => Sighting.Of(true, $"ICMP type {e.Type} code {e.Code} from {e.Reporter}", e.From)),
    ];

    private static IEnumerable<Sighting> DeviceGone(Peer p) => p.Devices.Select(d => Sighting.Of(true, d.Text, d.Before.From, d.Listing));

    private static IEnumerable<Sighting> NotHeardOf(Peer p)
    {
        var since = p.Losses.Max(l => l.Fate.Sent);
        var later = p.Tried.Where(a => a.Outcome == AttemptOutcome.Established && a.SynTimes.Count > 0 && a.SynTimes[0] > since).ToArray();
        return later.Length > 0
            ? [Sighting.Of(false, $"{later.Length} connections with it were opened later", [.. later.Select(a => a.From).Take(4)])]
            : [Sighting.Of(true, "no connection with it was opened later", p.Losses[0].From)];
    }

    /// <summary>An address that fell silent.</summary>
    internal sealed class Peer(CaseView view, IPAddress address, IReadOnlyList<Loss> losses, IReadOnlyList<DeviceLoss> devices, IReadOnlyList<Attempt> tried)
        : Hypothesis(view, devices.Count == 0 ? Scope.Unplaced : Scope.Of(devices[0].At.Stack))
    {
        internal IPAddress Address { get; } = address;

        internal IReadOnlyList<DeviceLoss> Devices { get; } = devices;

        internal override IReadOnlyList<Loss> Losses { get; } = losses;

        internal override bool Placed => Devices.Count > 0;

        /// <summary>Attempts to open a connection to it.</summary>
        internal IReadOnlyList<Attempt> Tried { get; } = tried;

        internal override IReadOnlyList<Attempt> Attempts { get; } = [.. tried.Where(a => a.Failed)];

        /// <summary>Somebody on the way says that the host is not there; not a port or a rule.</summary>
        internal IEnumerable<IcmpError> Unreachable => View.Facts.Of<IcmpError>()
            .Where(e => e is { Version: 4, Type: 3, Code: 0 or 1 } or { Version: 6, Type: 1, Code: 0 or 3 } && e.QuotedDestination is { } to && Names.Contains(to.Address));

        /// <summary>Its address, under every name that these connections have for it on their way.</summary>
        private HashSet<IPAddress> Names => names ??= [Address, .. Losses.Select(l => l.Direction).Distinct().SelectMany(d => View.Trails[d.Connection] is var trail
            ? trail.Flows.Select(f => (d == trail.ToServer ? f.Server : f.Client).Address) : [])];

        private HashSet<IPAddress>? names;
    }
}
