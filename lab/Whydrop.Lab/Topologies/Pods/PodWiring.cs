namespace Whydrop.Lab.Topologies.Pods;

/// <summary>How a pod hangs on its node.</summary>
public enum PodWiring
{
    /// <summary>A host route per pod to cali…, a link-local gateway, proxy ARP (Calico).</summary>
    Routed,

    /// <summary>veth… in the bridge cni0, which is the gateway (bridge plugin, Flannel).</summary>
    Bridge,
}
