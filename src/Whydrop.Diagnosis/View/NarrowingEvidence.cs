using System.Net;
using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>What would prove at which device a size dies.</summary>
internal static class NarrowingEvidence
{
    // Six retransmissions with doubling time-outs from 200 ms take 13 s; a stalled connection comes by in a minute.
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(60);

    internal static IEnumerable<NextEvidence> For(Narrowing n)
    {
        if (n.Losses.Count == 0)
        {
            yield break;
        }

        var first = n.Losses[0];
        var flow = n.View.Flow(new FlowKey(first.Fate.Capture, first.Fate.Flow));
        var seen = first.Fate.At;
        if (n.Device is { } device)
        {
            // Without both sides at the same time there is no proof: the one that sees it come, the one that does not see it leave.
            var before = seen.Stack == device.At.Stack && seen.Interface is not null && seen != device.At ? seen : null;
            if (before is not null)
            {
                yield return Tcpdump(before, FilterOf(flow), $"to see the {n.SmallestLost}-byte datagram come in, at the same time as at {device.At.Interface}");
            }

            yield return Tcpdump(device.At, FilterAt(n, device.At), $"whether the {n.SmallestLost}-byte datagram leaves by {device.At.Interface} (MTU {device.Mtu}): there, addresses may be translated");
            yield return new NextEvidence(
                device.At.Stack, "nstat -az | grep -E 'FragFails|TooBig|OutDestUnreachs|OutRateLimit' (before and after)", null,
                "whether the kernel there counts the datagrams it cannot fragment");
            yield break;
        }

        if (n.Others.Count > 0)
        {
            foreach (var other in n.Others.Take(3))
            {
                yield return Tcpdump(other.At, FilterAt(n, other.At), $"whether it is {other.At.Interface} (MTU {other.Mtu}) that the {n.SmallestLost}-byte datagram should leave by");
            }

            yield break;
        }

        if (n.Scope != Scope.Unplaced)
        {
            yield return new NextEvidence(new VantagePoint(n.Scope.Node, n.Scope.Netns), "ip -d link", null, $"the MTU of {n.Scope.Interface ?? "its devices"}");
            yield break;
        }

        yield return new NextEvidence(
            seen.Stack, "ip -d link; ip addr; ip route show table all", null,
            $"which device of that node has an MTU from {n.LargestPassed} to {n.SmallestLost - 1}");
        yield return Tcpdump(new VantagePoint(seen.Node, seen.Netns), "tcp", "on the device towards the receiver, at the same time: whether the large datagram leaves this node");
    }

    private static NextEvidence Tcpdump(VantagePoint at, string filter, string why)
    {
        var device = at.Interface ?? "DEVICE";
        var name = string.Join('-', new[] { at.Node, at.Netns, at.Interface ?? "device" }.Where(p => p is not null)).Replace('/', '-');
        var enter = at.Netns is { } netns ? $"ip netns exec {netns} " : "";
        return new NextEvidence(at, $"{enter}timeout {Watch.TotalSeconds:0} tcpdump -ni {device} -s 128 -w {name}.pcap '{filter}'", Watch, why);
    }

    /// <summary>As the flow looks where it was seen.</summary>
    private static string FilterOf(TcpFlow? flow) =>
        flow is null ? "tcp" : $"tcp and host {Text(flow.Client.Address)} and port {flow.Server.Port}";

    /// <summary>As the flow looks at another place: known only when a capture there saw it before.</summary>
    private static string FilterAt(Narrowing n, VantagePoint at)
    {
        foreach (var sighting in n.View.Connections.Sightings(n.Losses[0].Direction.Connection))
        {
            if (n.View.Flow(sighting) is { } flow && flow.At == at)
            {
                return FilterOf(flow);
            }
        }

        return "tcp";
    }

    private static string Text(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : address.ToString();
}
