using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Pods;

/// <summary>What a user managed to collect: from which hosts, and whether captures, dumps or both.</summary>
public sealed record EvidenceProfile
{
    private static readonly HostRole[] ClientSide = [HostRole.Client];
    private static readonly HostRole[] ServerSide = [HostRole.Server, HostRole.Server2, HostRole.ServerA];
    private static readonly HostRole[] Everywhere = Enum.GetValues<HostRole>();

    private EvidenceProfile(string name, IReadOnlyList<HostRole> captured, IReadOnlyList<HostRole> dumped)
    {
        Name = name;
        Captured = captured;
        Dumped = dumped;
    }

    /// <summary>Names of all profiles; the first is the default.</summary>
    public static string[] Names { get; } = ["all", "ends", "client", "server", "node-a", "node-b", "nodes", "counters", "captures", "client-side"];

    /// <summary>Word of the parameter.</summary>
    public string Name { get; }

    /// <summary>Hosts with captures.</summary>
    public IReadOnlyList<HostRole> Captured { get; }

    /// <summary>Hosts with counters and tables.</summary>
    public IReadOnlyList<HostRole> Dumped { get; }

    /// <summary>The profile of this name.</summary>
    public static EvidenceProfile Named(string name)
    {
        IReadOnlyList<HostRole> hosts = name switch
        {
            "ends" => [.. ClientSide, .. ServerSide],
            "client" => ClientSide,
            "server" => ServerSide,
            "node-a" => [HostRole.NodeA],
            "node-b" => [HostRole.NodeB],
            "nodes" => [HostRole.NodeA, HostRole.NodeB],
            _ => Everywhere,
        };
        if (name == "client-side")
            return new EvidenceProfile(name, ClientSide, [HostRole.Client, HostRole.NodeA]);
        return new EvidenceProfile(name, name == "counters" ? [] : hosts, name == "captures" ? [] : hosts);
    }
}
