namespace Whydrop.Lab.Topologies;

/// <summary>The addresses of a <see cref="NodePortCluster"/> in one IP version. Runs may share them: they live inside the run's own namespaces.</summary>
public sealed record ClusterAddresses
{
    /// <summary>IPv4.</summary>
    public static ClusterAddresses Ipv4 { get; } = new()
    {
        Flag = "-4",
        LanBits = 24,
        HostBits = 32,
        BlockBits = 26,
        Front = "10.209.30.21",
        FrontGateway = "10.209.30.1",
        NodeGateway = "10.209.34.1",
        ForwardingNode = "10.209.34.80",
        Worker = "10.209.34.91",
        Pod = "10.246.91.7",
        PodGateway = "169.254.1.1",
        ForwardingBlock = "10.246.80.0",
        WorkerBlock = "10.246.91.0",
        ForwardingTunnel = "10.246.80.1",
        WorkerTunnel = "10.246.91.1",
    };

    /// <summary>IPv6.</summary>
    public static ClusterAddresses Ipv6 { get; } = new()
    {
        Flag = "-6",
        LanBits = 64,
        HostBits = 128,
        BlockBits = 122,
        Front = "fd00:209:30::21",
        FrontGateway = "fd00:209:30::1",
        NodeGateway = "fd00:209:34::1",
        ForwardingNode = "fd00:209:34::80",
        Worker = "fd00:209:34::91",
        Pod = "fd00:246:0:91::7",
        PodGateway = "fe80::ecee:eeff:feee:eeee",
        ForwardingBlock = "fd00:246:0:80::",
        WorkerBlock = "fd00:246:0:91::",
        ForwardingTunnel = "fd00:246:0:80::1",
        WorkerTunnel = "fd00:246:0:91::1",
    };

    /// <summary>Family option of the ip tool.</summary>
    public required string Flag { get; init; }

    /// <summary>Prefix length of a LAN.</summary>
    public required int LanBits { get; init; }

    /// <summary>Prefix length of one address.</summary>
    public required int HostBits { get; init; }

    /// <summary>Prefix length of a node's pod block.</summary>
    public required int BlockBits { get; init; }

    /// <summary>Client.</summary>
    public required string Front { get; init; }

    /// <summary>Router, client side.</summary>
    public required string FrontGateway { get; init; }

    /// <summary>Router, node side.</summary>
    public required string NodeGateway { get; init; }

    /// <summary>Uplink of the forwarding node.</summary>
    public required string ForwardingNode { get; init; }

    /// <summary>Uplink of the worker node.</summary>
    public required string Worker { get; init; }

    /// <summary>Pod.</summary>
    public required string Pod { get; init; }

    /// <summary>The pod's gateway.</summary>
    public required string PodGateway { get; init; }

    /// <summary>Pod block of the forwarding node.</summary>
    public required string ForwardingBlock { get; init; }

    /// <summary>Pod block of the worker node.</summary>
    public required string WorkerBlock { get; init; }

    /// <summary>Tunnel device of the forwarding node: the source address after masquerading.</summary>
    public required string ForwardingTunnel { get; init; }

    /// <summary>Tunnel device of the worker node.</summary>
    public required string WorkerTunnel { get; init; }

    /// <summary>Option of <c>ip addr add</c>: without it an IPv6 address is tentative for a moment and refused as a source (RFC 4862).</summary>
    public string AtOnce => IsIpv6 ? "nodad" : "";

    /// <summary>True for IPv6.</summary>
    public bool IsIpv6 => Flag == "-6";
}
