using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;
using Whydrop.Report.Names;

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

    /// <summary>Names for addresses; none before <see cref="Named"/>.</summary>
    internal EndpointNames Names { get; private init; } = EndpointNames.None;

    /// <summary>The same with the cluster's names behind the addresses in what people read. Remedies and commands are left as they are: they are pasted.</summary>
    internal ReportModel Named()
    {
        var names = EndpointNames.Of(Facts);
        return names.IsEmpty ? this : this with
        {
            Names = names,
            Complaint = Complaint is { } complaint ? names.In(complaint) : null,
            Diagnosis = Diagnosis with
            {
                Verdicts = [.. Diagnosis.Verdicts.Select(v => v with { Summary = names.In(v.Summary), Readings = [.. v.Readings.Select(r => r with { Text = names.In(r.Text) })] })],
                Artefacts = [.. Diagnosis.Artefacts.Select(a => a with { Text = names.In(a.Text) })],
                Timeline = [.. Diagnosis.Timeline.Select(t => t with { What = names.In(t.What) })],
                OutcomeReason = names.In(Diagnosis.OutcomeReason),
            },
        };
    }

    /// <summary>The verdict that answers the case; null when no fault stands.</summary>
    public Verdict? Answer => Diagnosis.Outcome == Outcome.Fault ? Diagnosis.Verdicts.FirstOrDefault(v => Standing(v.Status)) : null;

    /// <summary>Heading of what to collect.</summary>
    internal string NextHeading => Diagnosis.Settled ? "To complete it: the answer stands without" : "Collect next";

    /// <summary>What is missing, without what only says how the evidence was read.</summary>
    internal IReadOnlyList<Gap> WeightyGaps => [.. Diagnosis.Gaps.Where(g => !g.Minor)];

    /// <summary>Counter tables with a receive queue that overran, or with something bad between two readings; of a healthy case none.</summary>
    internal IReadOnlyList<CounterTable> CountersThatMatter => Diagnosis.Outcome == Outcome.Healthy ? []
        : [.. Diagnosis.Counters.Where(t => t.Overrun is not null || (t.Twice && t.Rows.Any(r => r.Health == CounterHealth.Bad)))];

    /// <summary>Settings in which the layers differ so that it can explain why one works and another does not; of a healthy case none.</summary>
    internal IReadOnlyList<LayerRow> LayersThatMatter => Diagnosis.Outcome == Outcome.Healthy ? [] : [.. Diagnosis.Layers?.Rows.Where(r => r.Matters) ?? []];

    /// <summary>Confirmed, suspected or contested: worth acting on.</summary>
    internal static bool Standing(VerdictStatus status) => status is VerdictStatus.Confirmed or VerdictStatus.Suspected or VerdictStatus.Contested;
}
