using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>The network namespace one end of a connection lives in.</summary>
/// <param name="At">The namespace, without interface.</param>
/// <param name="Proven">It owns the address and nothing there translates it; false: it is the last place that saw the connection, with no router behind it.</param>
/// <param name="Evidence">Where that stands.</param>
internal sealed record StackEnd(VantagePoint At, bool Proven, IReadOnlyList<Provenance> Evidence);
