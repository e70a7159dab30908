using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Paths;

/// <summary>Which interface of which network stack owns an address, where only one stack does.</summary>
internal sealed class AddressOwners
{
    private readonly Dictionary<IPAddress, VantagePoint?> owners = [];

    /// <summary>Reads the interface tables.</summary>
    public AddressOwners(FactSet facts)
    {
        foreach (var owned in facts.Of<InterfaceAddress>())
        {
            if (owned.At.Node is null || owned.At.Interface is null || IPAddress.IsLoopback(owned.Address) || owned.Address.IsIPv6LinkLocal)
            {
                continue;
            }

            // The same address in two stacks (anycast, a bridge address given to every node) leads to neither.
            var elsewhere = owners.TryGetValue(owned.Address, out var known) && known != owned.At;
            owners[owned.Address] = elsewhere ? null : owned.At;
        }
    }

    /// <summary>
    /// Which of two sightings is nearer to the client because one is at an end of the connection (without translation between them only), or
    /// by the ends of the tunnel around one of them.
    /// </summary>
    public PathSense Sense(TcpFlow a, TcpFlow b)
    {
        var order = ByTunnel(a, b);
        if (order == 0 && a.Client.Equals(b.Client) && a.Server.Equals(b.Server))
        {
            order = Position(b.At.Stack, Of(a.Client.Address), Of(a.Server.Address)) - Position(a.At.Stack, Of(a.Client.Address), Of(a.Server.Address));
        }

        return order > 0 ? PathSense.FirstNearerClient : order < 0 ? PathSense.SecondNearerClient : PathSense.Unknown;

        static int Position(VantagePoint stack, VantagePoint? client, VantagePoint? server) => client?.Stack == stack ? -1 : server?.Stack == stack ? 1 : 0;
    }

    /// <summary>Along a tunnel: plain where it begins, wrapped there, on the way, wrapped where it ends, plain there.</summary>
    private int ByTunnel(TcpFlow a, TcpFlow b)
    {
        var (x, y) = (Addressing.Of(a, true), Addressing.Of(b, true));
        var tunnel = x.OuterSource is not null ? x : y;
        if ((x.OuterSource is not null && y.OuterSource is not null && a.Encapsulation != b.Encapsulation)
            || Of(tunnel.OuterSource) is not { } begin || Of(tunnel.OuterDestination) is not { } end || begin.Stack == end.Stack)
        {
            return 0;
        }

        return Position(b) is { } later && Position(a) is { } earlier ? later - earlier : 0;

        int? Position(TcpFlow flow) => flow.Encapsulation is not null
            ? flow.At.Stack == begin.Stack ? 2 : flow.At.Stack == end.Stack ? 4 : 3
            : flow.At.Stack == begin.Stack ? 1 : flow.At.Stack == end.Stack ? 5 : null;
    }

    /// <summary>No address is known to be anybody's.</summary>
    public bool IsEmpty => owners.Count == 0;

    /// <summary>The interface that owns it; null when nobody or more than one does.</summary>
    public VantagePoint? Of(IPAddress? address) => address is null ? null : owners.GetValueOrDefault(address);
}
