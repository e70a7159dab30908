using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>One thing a question looked at and what it says.</summary>
/// <param name="Text">The figures, short: "1450 > 1440".</param>
/// <param name="Evidence">Where it stands.</param>
internal sealed record Sighting(Answer Answer, string Text, IReadOnlyList<Provenance> Evidence)
{
    internal static Sighting Of(bool yes, string text, params IReadOnlyList<Provenance> evidence) => new(yes ? Answer.Yes : Answer.No, text, evidence);

    /// <summary>The same figures as the answer to the opposite question.</summary>
    internal Sighting Opposite => this with { Answer = Answer switch { Answer.Yes => Answer.No, Answer.No => Answer.Yes, _ => Answer.Unknown } };

    internal static Sighting Unknown(string text, params IReadOnlyList<Provenance> evidence) => new(Answer.Unknown, text, evidence);
}
