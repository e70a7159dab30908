using Whydrop.Evidence;

namespace Whydrop.Case.Description;

/// <summary>What case.yaml says.</summary>
internal sealed record CaseDescription(
    Complaint? Complaint, IReadOnlyList<VantageRule> Vantages, IReadOnlyList<string> Topology, IReadOnlyList<Gap> Gaps)
{
    public static CaseDescription None { get; } = new(null, [], [], []);
}
