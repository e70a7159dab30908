using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>The network namespace one end of a connection lives in.</summary>
/// <param name="At">The namespace, without interface.</param>
/// <param name="Proven">It owns the address and nothing there translates it; false: it is the last place that saw the connection, with no router behind it.</param>
/// <param name="Evidence">Where that stands.</param>
internal sealed record StackEnd(VantagePoint At, bool Proven, IReadOnlyList<Provenance> Evidence)
{
    /// <summary>The scope of a verdict about that end: its namespace when that is proven, else no place.</summary>
    internal static Scope ScopeOf(StackEnd? end) => end is { Proven: true } ? Scope.Of(end.At) : Scope.Unplaced;
}
