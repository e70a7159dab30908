using Whydrop.Evidence;

namespace Whydrop.Case;

/// <summary>A case after reading: its facts, and what became of each file.</summary>
/// <param name="Name">Name of the folder or file given; for several, that of the folder around them.</param>
/// <param name="Facts">All facts, in an order that does not depend on timing.</param>
/// <param name="Files">Every file of the case, in path order.</param>
/// <param name="Complaint">From case.yaml; null when there is none.</param>
/// <param name="Topology">Places in the order packets pass them, from case.yaml; empty when not said.</param>
public sealed record LoadedCase(
    string Name, FactSet Facts, IReadOnlyList<CaseFile> Files, Complaint? Complaint, IReadOnlyList<string> Topology);
