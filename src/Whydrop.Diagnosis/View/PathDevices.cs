using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds the device that a lost datagram was to leave by.</summary>
internal sealed class PathDevices(CaseView view)
{
    /// <summary>
    /// The device between the last sighting of a lost transmission and the place where its absence is proven that the
    /// datagram does not fit through; null when there is none or nothing says which.
    /// </summary>
    internal NetworkInterface? TooNarrow(Loss loss)
    {
        if (loss.Placement is not { AbsenceProven: true } placement)
        {
            return null;
        }

        return EgressDevices(placement.At, placement.MissingAt, placement.Capture, placement.Flow, placement.MissingCapture, placement.MissingFlow ?? FlowKey.Unseen,
                placement.MissingEncapsulation, placement.FromClient)
            .FirstOrDefault(d => d.Mtu < placement.DatagramLength && (LargestPassed(placement) is not { } passed || passed <= d.Mtu));
    }

    /// <summary>
    /// Largest datagram that passed, at its largest on the far side. Seen before an offloading device, a datagram may be several that the
    /// device still has to cut: what came out counts.
    /// </summary>
    private int? LargestPassed(SegmentPlacement placement)
    {
        var near = new FlowKey(placement.Capture, placement.Flow);
        var far = new FlowKey(placement.MissingCapture, placement.MissingFlow ?? FlowKey.Unseen);
        var direction = view.Connections.Direction(near, placement.FromClient);
        var there = view.Connections.Direction(far, placement.FromClient).Connection == direction.Connection
            ? view.Sender(far, view.Connections.FromClient(far, direction))?.LargestDatagram : null;
        return placement.LargestPassed is { } passed && there is > 0 and { } largest ? Math.Min(passed, largest) : placement.LargestPassed;
    }

    /// <summary>Devices, nearest first, by which a datagram seen at one place leaves towards another.</summary>
    private IEnumerable<NetworkInterface> EgressDevices(
        VantagePoint seen, VantagePoint missing, int capture, int flow, int missingCapture, int missingFlow, string? missingEncapsulation, bool fromClient)
    {
        var wrappedBefore = view.Flow(new FlowKey(capture, flow))?.Encapsulation;
        if (missingEncapsulation is not null && missingEncapsulation != wrappedBefore)
        {
            return Encapsulators(seen, missing, missingEncapsulation);
        }

        if (wrappedBefore is not null && missingEncapsulation is null)
        {
            // It is unwrapped on this way: a tunnel device takes in datagrams of any size.
            return [];
        }

        if (missing.Node == seen.Node && missing.Interface is not null)
        {
            return SameNode(seen, missing);
        }

        return Destination(new FlowKey(capture, flow), new FlowKey(missingCapture, missingFlow), fromClient) is { } destination && Egress(seen.Stack, destination) is { } egress
            && egress.At.Interface != seen.Interface ? [egress] : [];
    }

    /// <summary>Tunnel devices of that kind on the node that owns the outer source address.</summary>
    private IEnumerable<NetworkInterface> Encapsulators(VantagePoint seen, VantagePoint missing, string encapsulation)
    {
        var source = Encapsulation.Ends(encapsulation)?.Source;
        foreach (var stack in view.ListedStacks.Where(s => s.Node == seen.Node))
        {
            var owns = source is not null && view.Addresses(stack).Contains(source);
            if (!owns && missing.Node != seen.Node)
            {
                continue;
            }

            var ofKind = view.Interfaces(stack).Where(d => Encapsulation.Wraps(d, encapsulation) && d.Up != false).ToArray();
            foreach (var device in ofKind)
            {
                yield return device;
            }
        }
    }

    private IEnumerable<NetworkInterface> SameNode(VantagePoint seen, VantagePoint missing)
    {
        var device = view.Interfaces(missing.Stack).FirstOrDefault(d => d.At.Interface == missing.Interface);
        if (device is null || missing == seen)
        {
            yield break;
        }

        if (missing.Stack != seen.Stack && device.Kind == "veth")
        {
            // Into another namespace through a veth: the sending end is on this side. Its own peer is layer 2, not routing.
            if (VethPairs.Peer(view, device) is { } peer && peer.At != seen)
            {
                yield return peer;
            }

            yield break;
        }

        yield return device;
    }

    /// <summary>Where datagrams of that direction go, as addressed where they should have been seen next.</summary>
    private IPAddress? Destination(FlowKey seen, FlowKey missing, bool fromClient)
    {
        var direction = view.Connections.Direction(seen, fromClient);
        var called = view.Connections.Direction(missing, fromClient).Connection == direction.Connection
            ? view.Connections.FromClient(missing, direction) : fromClient;
        return view.Flow(missing) is { } flow ? (called ? flow.Server : flow.Client).Address : null;
    }

    /// <summary>The device the routing table sends that destination to; null when no table was collected.</summary>
    internal NetworkInterface? Egress(VantagePoint stack, IPAddress destination)
    {
        var route = view.Facts.Of<Route>()
            .Where(r => r.At.Stack == stack.Stack && (r.Type is "unicast" or "") && r.Destination.BaseAddress.AddressFamily == destination.AddressFamily && r.Destination.Contains(destination))
            .OrderByDescending(r => r.Destination.PrefixLength).ThenBy(r => r.Metric ?? 0)
            .FirstOrDefault();
        return route is null ? null : view.Interfaces(stack).FirstOrDefault(d => d.At.Interface == route.At.Interface);
    }

    /// <summary>
    /// The place behind which something changed: the device where it was last seen as it was; its host, when the way out to one of these addresses is known to be another
    /// device of it or leads through a tunnel there, or is not known and it may have come in by this one.
    /// </summary>
    /// <param name="mayComeIn">It was seen in another network namespace before, and by no other device of this one.</param>
    internal Scope Behind(VantagePoint seen, IEnumerable<IPAddress> destinations, bool mayComeIn) =>
        Scope.Of(destinations.All(to => Egress(seen.Stack, to) is { } egress ? egress.At == seen && !Encapsulation.IsTunnel(egress) : !mayComeIn) ? seen : seen.Stack);

    /// <summary>The place behind which something was lost or made. None where it is a device of an end of these connections that passes nothing on: the whole way lies behind it.</summary>
    internal Scope Beyond(VantagePoint seen, IEnumerable<int> connections) =>
        !view.Forwards(seen) && connections.Any(c => view.Stacks.End(c, client: true)?.At == seen.Stack || view.Stacks.End(c, client: false)?.At == seen.Stack) ? Scope.Unplaced : Scope.Of(seen);

    /// <summary>Devices of nodes on the way of a direction whose MTU lies in the step: they let the delivered sizes pass and not the lost ones.</summary>
    internal IReadOnlyList<NetworkInterface> Fitting(SizeStep step) =>
        [.. StacksOnPath(step.Direction)
            .SelectMany(view.Interfaces)
            .Where(d => d.Mtu >= step.LargestDelivered && d.Mtu < step.SmallestLost && d.Up != false && d.At.Interface != "lo")
            .Where(d => !step.Losses.Any(l => l.Fate.Fate == Fate.LostAfter && l.Fate.At == d.At))
            .Where(d => !step.Losses.Any(l => DiedBefore(l, d)))
            .Where(d => MayLeaveBy(step.Direction, d))
            .OrderByDescending(Encapsulation.IsTunnel)
            .ThenBy(d => d.Kind == "veth")];

    /// <summary>It was missing already where it should have come in, on another device of the same host: what the host sends it by is not to blame.</summary>
    internal bool DiedBefore(Loss loss, NetworkInterface device)
    {
        var at = loss.Fate.At;
        if (loss.Fate.Fate != Fate.LostBefore || at.Interface is null || at.Stack != device.At.Stack || at == device.At)
        {
            return false;
        }

        // Seen wrapped by this host itself, it was on its way out, and may have died at the tunnel device before.
        var ends = view.Flow(new FlowKey(loss.Fate.Capture, loss.Fate.Flow))?.Encapsulation is { } wrapped ? Encapsulation.Ends(wrapped) : null;
        var source = loss.Fate.FromClient ? ends?.Source : ends?.Destination;
        return source is null || !view.Addresses(at.Stack).Contains(source);
    }

    /// <summary>An MTU limits what a device sends: one that the routes there do not send the direction to is no candidate.</summary>
    private bool MayLeaveBy(DirectionKey direction, NetworkInterface device)
    {
        var stack = device.At.Stack;
        var ends = view.Connections.Sightings(direction.Connection)
            .Select(k => view.Flow(k) is { } f ? (view.Connections.FromClient(k, direction) ? f.Server : f.Client).Address : null).OfType<IPAddress>().Distinct().ToArray();
        if (ends.Length == 0 || ends.Any(view.Addresses(stack).Contains))
        {
            // Received there, and perhaps sent on to another address.
            return true;
        }

        var egress = ends.Select(e => Egress(stack, e)).OfType<NetworkInterface>().ToArray();
        return egress.Length == 0 || egress.Any(e => e.At == device.At || Overlays.Of(view, e)?.Underlay.At == device.At);
    }

    /// <summary>Network namespaces with an interface table that the connection is known to pass.</summary>
    internal IReadOnlyList<VantagePoint> StacksOnPath(DirectionKey direction)
    {
        var flows = view.Connections.Sightings(direction.Connection).Select(view.Flow).OfType<TcpFlow>().ToArray();
        var seenAt = view.Connections.Sightings(direction.Connection).Select(k => view.Capture(k.Capture)?.At.Stack).OfType<VantagePoint>()
            .Concat(flows.Select(f => f.At.Stack)).ToHashSet();
        var ends = flows.SelectMany(f => new[] { f.Client.Address, f.Server.Address }).ToHashSet();
        var listed = view.ListedStacks.ToArray();
        var onPath = listed.Where(s => seenAt.Contains(s) || view.Addresses(s).Any(ends.Contains)).ToArray();

        // One table and a capture of unknown origin: they came together.
        return onPath.Length == 0 && listed.Length == 1 && seenAt.All(s => s.Node is null) ? listed : onPath;
    }
}
