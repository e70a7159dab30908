using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Layers;

/// <summary>One setting in every layer of a case.</summary>
/// <param name="Name">Kernel spelling where there is one: "net.ipv4.tcp_congestion_control".</param>
/// <param name="Values">One for each layer of the table, in its order; null where it was not collected or does not exist.</param>
/// <param name="Differs">At least two layers have different values.</param>
/// <param name="Why">What the difference does; empty when the layers agree, or when layers of their kind differ rightly.</param>
/// <param name="From">Where the values stand.</param>
public sealed record LayerRow(string Name, IReadOnlyList<string?> Values, bool Differs, string Why, IReadOnlyList<Provenance> From)
{
    /// <summary>The layers differ in it, and that can explain that one works and the other does not.</summary>
    public bool Matters => Differs && Why.Length > 0;
}
