namespace Whydrop.Evidence;

/// <summary>Where something was seen. An unknown part is null; null never equals a name.</summary>
/// <param name="Node">Host name of the node, or the pod's name when a pod was collected by itself.</param>
/// <param name="Netns">Network namespace (usually a pod) inside the node; null is the node's own.</param>
/// <param name="Interface">Interface name as the kernel spells it.</param>
public sealed record VantagePoint(string? Node, string? Netns = null, string? Interface = null)
{
    /// <summary>Nothing is known of the place.</summary>
    public static VantagePoint Unknown { get; } = new((string?)null);

    /// <summary>The same network namespace, without the interface.</summary>
    public VantagePoint Stack => Interface is null ? this : this with { Interface = null };

    /// <summary>node[/netns][/interface], "?" where the node is unknown.</summary>
    public override string ToString() => string.Join('/', new[] { Node ?? "?", Netns, Interface }.Where(p => p is not null));
}
