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

    /// <summary>Lost transmissions the mechanism covers.</summary>
    internal virtual IReadOnlyList<Loss> Losses => [];
}
