using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Tcp;

namespace Whydrop.Case.Naming;

/// <summary>The interfaces of one network namespace as its dumps list them.</summary>
internal sealed class InterfaceTable
{
    private static readonly HashSet<string> LayerThree = new(StringComparer.Ordinal)
    {
        "ipip", "sit", "gre", "ip6gre", "ip6tnl", "ip6tunnel", "tun", "wireguard", "xfrm", "vti", "vti6", "none", "tunnel",
    };

    private readonly Dictionary<string, string> macs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<IPAddress>> addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> byIndex = [];
    private readonly HashSet<string> layerThree = new(StringComparer.Ordinal);
    private readonly SortedSet<string> names = new(StringComparer.Ordinal);

    public InterfaceTable(IEnumerable<Fact> facts)
    {
        foreach (var fact in facts)
        {
            if (fact.At.Interface is not { } name)
            {
                continue;
            }

            switch (fact)
            {
                case NetworkInterface device:
                    names.Add(name);
                    if (device.Mac is { } mac)
                    {
                        macs[name] = mac;
                    }

                    if (device.Index is { } index)
                    {
                        byIndex[index] = name;
                    }

                    if (device.Kind is { } kind && LayerThree.Contains(kind))
                    {
                        layerThree.Add(name);
                    }

                    break;
                case DeviceSetting or QueueDiscipline:
                    names.Add(name);
                    break;
                case InterfaceAddress address:
                    names.Add(name);
                    (addresses.TryGetValue(name, out var own) ? own : addresses[name] = []).Add(address.Address);
                    break;
            }
        }
    }

    public static InterfaceTable Empty { get; } = new([]);

    public IReadOnlyCollection<string> Names => names;

    /// <summary>Name of the device with that index; null when no dump lists it.</summary>
    public string? ByIndex(int index) => byIndex.GetValueOrDefault(index);

    /// <summary>
    /// The only device whose own address is an end of every connection: its link-layer address on Ethernet, else its IP address when it is a
    /// layer 3 device. Addresses that several devices share (bond, VLAN, all cali* interfaces) tell nothing.
    /// </summary>
    public string? ByAddresses(CapturePoint point)
    {
        if (point.AnyDevice || names.Count == 0)
        {
            return null;
        }

        var seen = point.MacAddresses.ToDictionary(m => m.Address, m => m.AsSource + m.AsDestination, StringComparer.Ordinal);
        if (seen.Count > 0)
        {
            var frames = point.MacAddresses.Sum(m => m.AsSource);
            return Only(macs.Where(m => seen.GetValueOrDefault(m.Value) >= frames).Select(m => m.Key));
        }

        if (point.LinkType is not (RawIp or RawIpv4 or RawIpv6) || point.Addresses.Count == 0)
        {
            return null;
        }

        // Two ends a connection: an address at every connection stands in half of all sightings.
        var connections = point.Addresses.Sum(a => a.Connections) / 2;
        return Only(layerThree.Where(n => addresses.TryGetValue(n, out var own) && own.Any(x => point.Addresses.Any(a => a.Address.Equals(x) && a.Connections >= connections))))
            ?? Only(layerThree);
    }

    private static string? Only(IEnumerable<string> names) => names.Take(2).ToList() is [var one] ? one : null;

    // LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6: devices without a link layer.
    private const int RawIp = 101, RawIpv4 = 228, RawIpv6 = 229;
}
