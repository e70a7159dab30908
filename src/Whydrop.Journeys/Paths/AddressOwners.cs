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

    /// <summary>Which of two sightings is nearer to the client because one is at an end of the connection: without translation between them only.</summary>
    public PathSense Sense(TcpFlow a, TcpFlow b)
    {
        if (!a.Client.Equals(b.Client) || !a.Server.Equals(b.Server) || a.At.Stack == b.At.Stack)
        {
            return PathSense.Unknown;
        }

        var (client, server) = (Of(a.Client.Address)?.Stack, Of(a.Server.Address)?.Stack);
        var first = (client is not null && client == a.At.Stack) || (server is not null && server == b.At.Stack);
        var second = (client is not null && client == b.At.Stack) || (server is not null && server == a.At.Stack);
        return first == second ? PathSense.Unknown : first ? PathSense.FirstNearerClient : PathSense.SecondNearerClient;
    }

    /// <summary>The interface that owns it; null when nobody or more than one does.</summary>
    public VantagePoint? Of(IPAddress? address) => address is null ? null : owners.GetValueOrDefault(address);
}
