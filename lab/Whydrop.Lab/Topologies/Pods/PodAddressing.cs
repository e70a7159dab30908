using System.Globalization;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Topologies.Pods;

/// <summary>Gives the hosts and pods of a <see cref="PodNetwork"/> the addresses and routes of one IP version: one batch for each host.</summary>
internal sealed class PodAddressing
{
    private readonly PodNetwork network;
    private readonly PodAddresses a;
    private readonly Dictionary<NetworkNamespace, List<string>> lines = [];

    private PodAddressing(PodNetwork network, PodAddresses addresses)
    {
        this.network = network;
        a = addresses;
    }

    /// <summary>Everything but what goes between the pods of two nodes.</summary>
    public static void Give(PodNetwork network, PodAddresses addresses)
    {
        var given = new PodAddressing(network, addresses);
        given.Fabric();
        foreach (var pod in network.Pods)
            given.Pod(pod);
        given.Apply();
    }

    /// <summary>Routes between the nodes' networks and pod blocks. What an overlay carries is its own.</summary>
    public static void Route(PodNetwork network, PodAddresses addresses, bool overlay)
    {
        var given = new PodAddressing(network, addresses);
        given.Blocks(overlay);
        if (network.Options.Spines)
            given.Spines(overlay);
        given.Apply();
    }

    private void Fabric()
    {
        var (fabric, uplink) = (network.Fabric, network.Names.Uplink);
        Address(fabric, network.Options.Switched ? "br0" : "to-a", a.FabricA);
        if (!network.Options.Switched)
            Address(network.LeafB, "to-b", a.FabricB);
        Host(network.NodeA, uplink, a.NodeA, a.FabricA);
        Host(network.NodeB, uplink, a.NodeB, a.FabricB);
        for (var spine = 0; spine < network.Spines.Count; spine++)
        {
            Address(fabric, $"to-spine-{spine + 1}", a.SpineLink(0, spine, 1));
            Address(network.Spines[spine], "to-leaf-a", a.SpineLink(0, spine, 2));
            Address(network.LeafB, $"to-spine-{spine + 1}", a.SpineLink(1, spine, 1));
            Address(network.Spines[spine], "to-leaf-b", a.SpineLink(1, spine, 2));
        }

        if (network.Options.ExternalClient)
        {
            Address(fabric, "to-client", a.FabricOutside);
            Host(network.Client, "eth0", a.Outside, a.FabricOutside);
        }

        if (network.Balancer is { } balancer)
        {
            Address(fabric, "to-lb", a.FabricBalancer);
            Host(balancer, "eth0", a.Balancer, a.FabricBalancer);
        }

        if (network.Options.Wiring == PodWiring.Bridge)
        {
            Address(network.NodeA, "cni0", a.FirstA);
            Address(network.NodeB, "cni0", a.FirstB);
        }
    }

    private void Pod(Pod pod)
    {
        var address = network.AddressOf(pod, a);
        if (network.Options.Wiring == PodWiring.Bridge)
        {
            Host(pod.Space, "eth0", address, pod.Node == network.NodeA ? a.FirstA : a.FirstB);
            return;
        }

        Lines(pod.Space).Add($"addr add {address}/{a.HostBits} dev eth0{a.AtOnce}");
        Lines(pod.Node).Add($"route add {address}/{a.HostBits} dev {pod.HostLink} scope link");
        if (a.Ipv6)
        {
            Lines(pod.Node).Add($"addr add {a.LinkGateway}/64 dev {pod.HostLink} nodad");
        }
        else
        {
            // proxy_delay is 0.8 s at random otherwise (net/ipv4/arp.c arp_process).
            pod.Node.Sysctl($"net.ipv4.conf.{pod.HostLink}.proxy_arp=1", $"net.ipv4.neigh.{pod.HostLink}.proxy_delay=0");
            Lines(pod.Space).Add($"route add {a.LinkGateway} dev eth0 scope link");
        }

        Lines(pod.Space).Add($"route add {a.Default} via {a.LinkGateway} dev eth0");
    }

    private void Blocks(bool overlay)
    {
        var (nodeA, nodeB, uplink) = (network.NodeA, network.NodeB, network.Names.Uplink);
        if (network.Options.Wiring == PodWiring.Routed)
        {
            Lines(nodeA).Add($"route add blackhole {a.BlockA} proto bird");
            Lines(nodeB).Add($"route add blackhole {a.BlockB} proto bird");
        }

        if (overlay)
            return;
        var direct = network.Options.Switched;
        Lines(nodeA).Add($"route add {a.BlockB} via {(direct ? a.NodeB : a.FabricA)} dev {uplink} proto bird");
        Lines(nodeB).Add($"route add {a.BlockA} via {(direct ? a.NodeA : a.FabricB)} dev {uplink} proto bird");
        Lines(network.Fabric).Add($"route add {a.BlockA} via {a.NodeA}");
        Lines(network.LeafB).Add($"route add {a.BlockB} via {a.NodeB}");
    }

    private void Spines(bool overlay)
    {
        string[] atA = [a.UnderlayA, a.OutsideNetwork, a.BalancerNetwork, .. overlay ? Array.Empty<string>() : [a.BlockA]];
        string[] atB = [a.UnderlayB, .. overlay ? Array.Empty<string>() : [a.BlockB]];
        Lines(network.Fabric).AddRange(atB.Select(to => $"route add {to} {Hops(0)}"));
        Lines(network.LeafB).AddRange(atA.Select(to => $"route add {to} {Hops(1)}"));
        for (var spine = 0; spine < network.Spines.Count; spine++)
        {
            var number = spine;
            Lines(network.Spines[spine]).AddRange(atA.Select(to => $"route add {to} via {a.SpineLink(0, number, 1)}").Concat(atB.Select(to => $"route add {to} via {a.SpineLink(1, number, 1)}")));
        }
    }

    private string Hops(int leaf) =>
        string.Join(' ', network.Spines.Select((_, spine) => string.Create(CultureInfo.InvariantCulture, $"nexthop via {a.SpineLink(leaf, spine, 2)} dev to-spine-{spine + 1} weight 1")));

    private void Host(NetworkNamespace host, string device, string address, string gateway)
    {
        Address(host, device, address);
        Lines(host).Add($"route add {a.Default} via {gateway} dev {device}");
    }

    private void Address(NetworkNamespace host, string device, string address) => Lines(host).Add($"addr add {address}/{a.NetworkBits} dev {device}{a.AtOnce}");

    private List<string> Lines(NetworkNamespace host) => lines.TryGetValue(host, out var known) ? known : lines[host] = [];

    private void Apply()
    {
        foreach (var (host, batch) in lines)
            host.IpLines(batch);
    }
}
