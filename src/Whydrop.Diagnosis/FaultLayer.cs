namespace Whydrop.Diagnosis;

/// <summary>Where on its way the packet dies, in packet order.</summary>
public enum FaultLayer
{
    /// <summary>The network namespace of a pod, its veth pair and bridge.</summary>
    Netns,

    /// <summary>Encapsulation and MTU of tunnels and routers.</summary>
    Tunnel,

    /// <summary>Netfilter, connection tracking, service proxy.</summary>
    Netfilter,

    /// <summary>Egress queue of a device.</summary>
    Qdisc,

    /// <summary>Switches, cloud fabric, middleboxes.</summary>
    Fabric,

    /// <summary>The path as a whole; no device is known.</summary>
    Path,
}
