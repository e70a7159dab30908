using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis;

/// <summary>A fault proposed for one scope of a case, with the figures its questions are asked of.</summary>
/// <param name="view">The case.</param>
/// <param name="scope">The place it speaks about.</param>
internal abstract class Hypothesis(CaseView view, Scope scope)
{
    internal CaseView View { get; } = view;

    internal Scope Scope { get; } = scope;

    /// <summary>The place is established by what was seen, not only by what fits.</summary>
    internal virtual bool Placed => Scope.Interface is not null;

    /// <summary>More evidence would ask the same of this place, so that a No here is worth telling. False where it is one of several that may be meant.</summary>
    internal virtual bool MayBeRuledOut => true;

    /// <summary>Lost transmissions the mechanism covers.</summary>
    internal virtual IReadOnlyList<Loss> Losses => [];

    /// <summary>Lost transmissions that it did not lose, but keeps from being made good in time: what lost them does little harm without it.</summary>
    internal virtual IReadOnlyList<Loss> Worsened => [];

    /// <summary>Attempts to open a connection whose failure or delay the mechanism covers.</summary>
    internal virtual IReadOnlyList<Attempt> Attempts => [];

    /// <summary>RSTs it covers.</summary>
    internal virtual IReadOnlyList<ConnectionReset> Resets => [];

    /// <summary>Silences it covers.</summary>
    internal virtual IReadOnlyList<Stall> Stalls => [];

    /// <summary>Connections it covers: those of all the above. What a loss leads to later, a stall or a reset, is covered with it.</summary>
    internal virtual IReadOnlySet<int> Connections => Losses.Select(l => l.Direction.Connection)
        .Concat(Attempts.Select(a => a.Connection)).Concat(Resets.Select(r => r.Direction.Connection)).Concat(Stalls.Select(s => s.Connection)).ToHashSet();
}
