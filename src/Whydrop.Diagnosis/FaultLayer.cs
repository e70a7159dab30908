namespace Whydrop.Diagnosis;

/// <summary>Where on its way the packet dies, in packet order.</summary>
public enum FaultLayer
{
    /// <summary>The application: its protocol, its threads, its files.</summary>
    Application,

    /// <summary>The socket and the TCP of its kernel.</summary>
    Socket,

    /// <summary>CPU and memory limits of the control group, and who gets to run.</summary>
    Cgroup,

    /// <summary>The network namespace of a pod, its veth pair and bridge.</summary>
    Netns,

    /// <summary>Encapsulation and MTU of tunnels and routers.</summary>
    Tunnel,

    /// <summary>Netfilter, connection tracking, service proxy.</summary>
    Netfilter,

    /// <summary>Routes, rules, neighbours and addresses.</summary>
    Routing,

    /// <summary>Egress queue of a device, NIC and driver.</summary>
    Qdisc,

    /// <summary>Switches, cloud fabric, middleboxes.</summary>
    Fabric,

    /// <summary>The path as a whole; no device is known.</summary>
    Path,
}
