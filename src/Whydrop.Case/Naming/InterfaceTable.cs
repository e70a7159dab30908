using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

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
    /// The only device whose own address stands in every sampled frame: its link-layer address on Ethernet, else its IP address when it is a
    /// layer 3 device. Addresses that several devices share (bond, VLAN, all cali* interfaces) tell nothing.
    /// </summary>
    public string? ByAddresses(CaptureSample sample)
    {
        if (sample.UnicastFrames > 0)
        {
            var own = macs.Where(m => sample.Stations.GetValueOrDefault(m.Value) >= sample.UnicastFrames).Select(m => m.Key).Take(2).ToList();
            return own.Count == 1 ? own[0] : null;
        }

        if (sample.Ethernet || sample.IpFrames == 0)
        {
            return null;
        }

        var holders = layerThree.Where(n => addresses.TryGetValue(n, out var a) && a.Any(x => sample.Addresses.GetValueOrDefault(x) >= sample.IpFrames)).Take(2).ToList();
        return holders.Count == 1 ? holders[0] : layerThree.Count == 1 && holders.Count == 0 ? layerThree.First() : null;
    }
}
