using System.Globalization;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Pods;

/// <summary>Another host on the Ethernet segment of the nodes (<see cref="PodNetworkOptions.Switched"/>), of which nothing is collected.</summary>
public sealed class SegmentHost
{
    private const string Device = "eth0";
    private readonly NetworkNamespace host;
    private readonly PodNetwork network;
    private readonly long before;

    private SegmentHost(NetworkNamespace host, PodNetwork network)
    {
        this.host = host;
        this.network = network;
        before = Packets();
    }

    /// <summary>Its link-layer address.</summary>
    public string Mac => Link().Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(w => w != "link/ether").ElementAt(1);

    /// <summary>Frames that came to it.</summary>
    public long Received => Packets() - before;

    /// <summary>Plugs it into the switch; it has no address yet.</summary>
    public static SegmentHost Add(PodRun run, string label)
    {
        var (network, host) = (run.Network, run.Lab.AddNamespace(label));
        var port = $"to-{label}";
        host.IpLines($"link add {Device} mtu {network.Options.UnderlayMtu} type veth peer name {port} mtu {network.Options.UnderlayMtu} netns {network.Fabric.Name}", $"link set {Device} up");
        network.Fabric.IpLines($"link set {port} master br0", $"link set {port} up");
        host.Sysctl("net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
        return new SegmentHost(host, network);
    }

    /// <summary>Takes the address, when it has not got it yet, and announces it to the segment.</summary>
    public void Announce(string address)
    {
        if (!host.Ip($"addr show dev {Device}").Contains($" {address}/", StringComparison.Ordinal))
            host.Ip($"addr add {address}/{network.Addresses.NetworkBits} dev {Device}{network.Addresses.AtOnce}");
        Announce(network, host, Device, address);
    }

    /// <summary>A gratuitous ARP reply or an unsolicited neighbour advertisement of a host.</summary>
    public static void Announce(PodNetwork network, NetworkNamespace host, string device, string address)
    {
        // The kernel announces an address when its device gets a link-layer address, even the one it has (arp_notify, ndisc_notify).
        host.Sysctl([$"net.ipv4.conf.{device}.arp_notify=1", .. network.Options.Ipv6 ? new[] { $"net.ipv6.conf.{device}.ndisc_notify=1" } : []]);
        var mac = host.Ip($"link show dev {device}").Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(w => w != "link/ether").ElementAt(1);
        host.Ip($"link set dev {device} address {mac}");
    }

    private string Link() => host.Ip($"link show dev {Device}");

    private long Packets() => long.Parse(host.Call(() => File.ReadAllLines("/proc/thread-self/net/dev")).Single(l => l.Contains($"{Device}:", StringComparison.Ordinal)).Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
