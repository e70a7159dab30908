using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

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

    /// <summary>The interface that owns it; null when nobody or more than one does.</summary>
    public VantagePoint? Of(IPAddress? address) => address is null ? null : owners.GetValueOrDefault(address);
}
