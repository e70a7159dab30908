using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis;

/// <summary>A verdict with what it covers and what would decide it.</summary>
/// <param name="Losses">The lost transmissions its mechanism covers.</param>
/// <param name="Next">What to collect when it is not confirmed.</param>
internal sealed record Judgement(Verdict Verdict, IReadOnlyList<Loss> Losses, IReadOnlyList<NextEvidence> Next)
{
    /// <summary>Connections in trouble that its mechanism covers.</summary>
    internal IReadOnlySet<int> Connections { get; init; } = new HashSet<int>();

    /// <summary>How many lost transmissions it keeps from being made good in time, whatever lost them.</summary>
    internal int Worsened { get; init; }

    /// <summary>Confirmed, suspected or contested: a fault the user has to hear of.</summary>
    internal bool Stands => Verdict.Status is VerdictStatus.Confirmed or VerdictStatus.Suspected or VerdictStatus.Contested;
}
