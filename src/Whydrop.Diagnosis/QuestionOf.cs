namespace Whydrop.Diagnosis;

/// <summary>A question with the place in the evidence where its answer stands.</summary>
/// <typeparam name="T">The hypothesis it is asked of.</typeparam>
/// <param name="Look">What there is to look at, for one hypothesis; empty when the evidence was not collected.</param>
internal sealed record QuestionOf<T>(
    string Text, Quantifier Quantifier, QuestionRole Role, Func<T, IEnumerable<Sighting>> Look, string? LookAlike = null)
    : Question(Text, Quantifier, Role, LookAlike)
    where T : Hypothesis
{
    /// <summary>What would answer it where it is open; null when the hypothesis as a whole says what to collect, or nothing is known that would.</summary>
    internal Func<T, IEnumerable<NextEvidence>>? Collect { get; init; }

    /// <summary>Looks at the evidence and combines what was seen by the quantifier.</summary>
    internal Reading Ask(T hypothesis)
    {
        var sightings = Look(hypothesis).ToArray();
        var answer = Combine(Quantifier, [.. sightings.Select(s => s.Answer)]);

        // Print what decided: for a No under All, the No; for a Yes under Any, the Yes.
        var decisive = Quantifier == Quantifier.None ? Opposite(answer) : answer;
        var shown = sightings.Where(s => s.Answer == decisive).ToArray();
        if (shown.Length == 0)
        {
            shown = sightings;
        }

        var text = sightings.Length == 0 ? "not collected" : string.Join("; ", shown.Select(s => s.Text).Distinct(StringComparer.Ordinal).Take(MostTexts));
        return new Reading(this, answer, text, [.. shown.SelectMany(s => s.Evidence).Distinct().Take(MostEvidence)]);
    }

    /// <summary>Three-valued combination; nothing seen is Unknown under every quantifier.</summary>
    internal static Answer Combine(Quantifier quantifier, IReadOnlyCollection<Answer> answers)
    {
        if (answers.Count == 0)
        {
            return Answer.Unknown;
        }

        return quantifier switch
        {
            Quantifier.Any => answers.Max(),
            Quantifier.All => answers.Min(),
            _ => Opposite(answers.Max()),
        };
    }

    // A reading is a line on a screen: more than this says nothing new.
    private const int MostTexts = 4;
    private const int MostEvidence = 24;

    private static Answer Opposite(Answer answer) => answer switch
    {
        Answer.Yes => Answer.No,
        Answer.No => Answer.Yes,
        _ => Answer.Unknown,
    };
}
