namespace Whydrop.Lab.Topologies.Pods;

/// <summary>The addresses of a <see cref="PodNetwork"/> in its IP version. Runs may share them: they live inside the run's own namespaces.</summary>
/// <param name="names">Where the networks are.</param>
/// <param name="ipv6">IPv6 instead of IPv4.</param>
/// <param name="switched">Both nodes in one network.</param>
public sealed class PodAddresses(PodNames names, bool ipv6, bool switched)
{
    private const int NetworkA = 1;
    private const int NetworkClient = 7;
    private const int NetworkBalancer = 8;
    private const int FirstSpineLink = 100;

    /// <summary>IPv6 instead of IPv4.</summary>
    public bool Ipv6 => ipv6;

    /// <summary>Prefix length of a network.</summary>
    public int NetworkBits => ipv6 ? 64 : 24;

    /// <summary>Prefix length of one address.</summary>
    public int HostBits => ipv6 ? 128 : 32;

    /// <summary>All destinations.</summary>
    public string Default => ipv6 ? "::/0" : "0.0.0.0/0";

    /// <summary>Option of <c>ip addr add</c>: without it an IPv6 address is tentative for a moment and refused as a source (RFC 4862).</summary>
    public string AtOnce => ipv6 ? " nodad" : "";

    /// <summary>Uplink of node-a.</summary>
    public string NodeA => Underlay(NetworkA, names.FirstHost);

    /// <summary>Uplink of node-b.</summary>
    public string NodeB => Underlay(NetworkB, names.FirstHost + 1);

    /// <summary>The fabric, at node-a.</summary>
    public string FabricA => Underlay(NetworkA, 1);

    /// <summary>The fabric, at node-b.</summary>
    public string FabricB => Underlay(NetworkB, 1);

    /// <summary>Network of node-b's uplink.</summary>
    public string UnderlayB => $"{Underlay(NetworkB, 0)}/{NetworkBits}";

    /// <summary>Network of node-a's uplink.</summary>
    public string UnderlayA => $"{Underlay(NetworkA, 0)}/{NetworkBits}";

    /// <summary>A client outside the cluster.</summary>
    public string Outside => Underlay(NetworkClient, names.FirstHost + 2);

    /// <summary>The fabric, at the outside client.</summary>
    public string FabricOutside => Underlay(NetworkClient, 1);

    /// <summary>Network of the outside client.</summary>
    public string OutsideNetwork => $"{Underlay(NetworkClient, 0)}/{NetworkBits}";

    /// <summary>The load balancer: where clients connect, and the source of what it sends on.</summary>
    public string Balancer => Underlay(NetworkBalancer, names.FirstHost + 3);

    /// <summary>The fabric, at the load balancer.</summary>
    public string FabricBalancer => Underlay(NetworkBalancer, 1);

    /// <summary>Network of the load balancer.</summary>
    public string BalancerNetwork => $"{Underlay(NetworkBalancer, 0)}/{NetworkBits}";

    /// <summary>Pod block of node-a.</summary>
    public string BlockA => $"{Pod(1, 0)}/{NetworkBits}";

    /// <summary>Pod block of node-b.</summary>
    public string BlockB => $"{Pod(2, 0)}/{NetworkBits}";

    /// <summary>First address of node-a's block: its bridge or its tunnel device.</summary>
    public string FirstA => Pod(1, 1);

    /// <summary>First address of node-b's block.</summary>
    public string FirstB => Pod(2, 1);

    /// <summary>Client pod.</summary>
    public string Client => Pod(1, names.FirstHost + 4);

    /// <summary>Server pod on node-a.</summary>
    public string ServerA => Pod(1, names.FirstHost + 9);

    /// <summary>Server pod.</summary>
    public string Server => Pod(2, names.FirstHost + 9);

    /// <summary>Second server pod on node-b.</summary>
    public string Server2 => Pod(2, names.FirstHost + 10);

    /// <summary>Gateway of a routed pod.</summary>
    public string LinkGateway => ipv6 ? "fe80::ecee:eeff:feee:eeee" : "169.254.1.1";

    /// <summary>ClusterIP of the Service.</summary>
    public string ClusterIp => ipv6 ? $"fd00:{names.Site6}:96::{names.FirstHost:x}" : $"{names.Services4}.0.{names.FirstHost}";

    private int NetworkB => switched ? NetworkA : NetworkA + 1;

    /// <summary>One end of a link between a leaf and a spine: side 1 is the leaf, side 2 the spine.</summary>
    /// <param name="leaf">0 is the leaf at node-a, 1 that at node-b.</param>
    /// <param name="spine">0 or 1.</param>
    /// <param name="side">1 or 2.</param>
    public string SpineLink(int leaf, int spine, int side) => Underlay(FirstSpineLink + (leaf * 2) + spine, side);

    private string Underlay(int network, int host) => ipv6 ? $"fd00:{names.Site6}:a:{network:x}::{(host == 0 ? "" : $"{host:x}")}" : $"{names.Underlay4}.{network}.{host}";

    private string Pod(int node, int host) => ipv6 ? $"fd00:{names.Site6}:b:{node:x}::{(host == 0 ? "" : $"{host:x}")}" : $"{names.Pods4}.{node}.{host}";
}
