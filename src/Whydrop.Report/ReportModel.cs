using Whydrop.Diagnosis;
using Whydrop.Evidence;

namespace Whydrop.Report;

/// <summary>What every renderer is given: the answer to a case and what is needed to picture it.</summary>
/// <param name="Case">Name of the case.</param>
/// <param name="Diagnosis">The answer.</param>
/// <param name="Facts">The facts it rests on; used for the picture of the path and for counts, not for judgement.</param>
/// <param name="Files">What became of each file, in path order; empty when the facts came from elsewhere.</param>
public sealed record ReportModel(string Case, CaseDiagnosis Diagnosis, FactSet Facts, IReadOnlyList<ReportedFile> Files)
{
    /// <summary>The user's complaint in one line; null when none was stated.</summary>
    public string? Complaint { get; init; }

    /// <summary>Places in the order packets pass them, when the user stated it; empty otherwise.</summary>
    public IReadOnlyList<string> Topology { get; init; } = [];

    /// <summary>The verdict that answers the case; null when no fault stands.</summary>
    public Verdict? Answer => Diagnosis.Outcome == Outcome.Fault ? Diagnosis.Verdicts.FirstOrDefault(v => Standing(v.Status)) : null;

    /// <summary>What is confirmed leaves nothing unexplained: what is open beside it need not be decided.</summary>
    internal bool Settled => Answer is { Status: VerdictStatus.Confirmed } && Diagnosis.Ledger.Unexplained <= 0 && Diagnosis.UnexplainedConnections == 0;

    /// <summary>What is missing, without what only says how the evidence was read.</summary>
    internal IReadOnlyList<Gap> WeightyGaps => [.. Diagnosis.Gaps.Where(g => !g.Minor)];

    /// <summary>Confirmed, suspected or contested: worth acting on.</summary>
    internal static bool Standing(VerdictStatus status) => status is VerdictStatus.Confirmed or VerdictStatus.Suspected or VerdictStatus.Contested;
}
