using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis;

/// <summary>The answer to a case.</summary>
/// <param name="Outcome">The case in one word.</param>
/// <param name="Verdicts">By how much each explains and how sure it is: the first is the answer. Faults without anything to say are left out.</param>
/// <param name="Ledger">Every transmission and its fate.</param>
/// <param name="Artefacts">What the captures and counters fake; recognised before any verdict.</param>
/// <param name="Timeline">What happened, in order of time.</param>
/// <param name="NextEvidence">The smallest set of commands that would decide what is open; empty when nothing is.</param>
/// <param name="Gaps">What was not collected or could not be read.</param>
/// <param name="Flows">Connections worth showing: those with losses, else the largest.</param>
public sealed record CaseDiagnosis(
    Outcome Outcome, IReadOnlyList<Verdict> Verdicts, Ledger Ledger, IReadOnlyList<Artefact> Artefacts,
    IReadOnlyList<TimelineEvent> Timeline, IReadOnlyList<NextEvidence> NextEvidence, IReadOnlyList<Gap> Gaps, IReadOnlyList<TcpFlow> Flows)
{
    /// <summary>Why the outcome is what it is when no verdict says it: one sentence.</summary>
    public string OutcomeReason { get; init; } = "";

    /// <summary>Connections that were not opened, opened late, reset before their end, or stalled.</summary>
    public long ConnectionsInTrouble { get; init; }

    /// <summary>Of these, how many no verdict that is confirmed, suspected or contested accounts for.</summary>
    public long UnexplainedConnections { get; init; }

    /// <summary>What is confirmed leaves nothing unexplained: what is open beside it need not be decided, and what to collect only completes it.</summary>
    public bool Settled => Outcome == Outcome.Fault && Verdicts is [{ Status: VerdictStatus.Confirmed }, ..] && Ledger.Unexplained <= 0 && UnexplainedConnections == 0;

    /// <summary>Protocol counters of each network namespace, each with its meaning; empty when none were collected.</summary>
    public IReadOnlyList<CounterTable> Counters { get; init; } = [];

    /// <summary>Settings of the network stacks side by side; null when fewer than two were collected.</summary>
    public LayerTable? Layers { get; init; }
}
