namespace Whydrop.Lab.Topologies.Pods;

/// <summary>What a collected host is in a <see cref="PodNetwork"/>.</summary>
public enum HostRole
{
    /// <summary>Client pod or outside client.</summary>
    Client,

    /// <summary>Load balancer.</summary>
    Balancer,

    /// <summary>Node of the client pod.</summary>
    NodeA,

    /// <summary>Server pod on node-a.</summary>
    ServerA,

    /// <summary>Node of the server pod.</summary>
    NodeB,

    /// <summary>Server pod.</summary>
    Server,

    /// <summary>Second server pod on node-b.</summary>
    Server2,
}
