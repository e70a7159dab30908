using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>The place a verdict speaks about. An unknown part is null.</summary>
/// <param name="Node">Node, or the pod's name when it was collected by itself.</param>
/// <param name="Netns">Network namespace inside the node; null is the node's own.</param>
/// <param name="Interface">Network device.</param>
public sealed record Scope(string? Node, string? Netns = null, string? Interface = null)
{
    /// <summary>Nothing is known of the place.</summary>
    public static Scope Unplaced { get; } = new((string?)null);

    /// <summary>The scope of a vantage point.</summary>
    public static Scope Of(VantagePoint? at) => at is null ? Unplaced : new(at.Node, at.Netns, at.Interface);

    /// <summary>"tunl0 of node-a", "node-a", "an unknown place": as a sentence needs it.</summary>
    public override string ToString()
    {
        var stack = Netns is null ? Node : $"{Netns} on {Node ?? "an unknown node"}";
        return (Interface, stack) switch
        {
            (null, null) => "an unknown place",
            (null, _) => stack!,
            (_, null) => Interface!,
            _ => $"{Interface} of {stack}",
        };
    }
}
