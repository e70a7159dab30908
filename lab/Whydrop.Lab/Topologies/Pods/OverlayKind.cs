namespace Whydrop.Lab.Topologies.Pods;

/// <summary>What carries pod traffic between nodes.</summary>
public enum OverlayKind
{
    /// <summary>The fabric routes pod addresses.</summary>
    None,

    /// <summary>The kernel's VXLAN.</summary>
    Vxlan,

    /// <summary>IP-in-IP on tunl0, served in user space.</summary>
    Ipip,
}
