namespace Whydrop.Diagnosis.Comparison;

/// <summary>Two cases of one complaint, before and after a remedy.</summary>
/// <param name="Cure">The answer: not cured as soon as one symptom is not, cured when all that could be judged are.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="Symptoms">Each symptom that was watched in both.</param>
/// <param name="Counters">Counters of trouble that grew in either.</param>
/// <param name="FaultBefore">The first verdict before, that stands; null when none did.</param>
/// <param name="FaultAfter">The first verdict after, that stands.</param>
public sealed record BeforeAndAfter(Cure Cure, string Reason, IReadOnlyList<ComparedSymptom> Symptoms, IReadOnlyList<ComparedCounter> Counters, Verdict? FaultBefore, Verdict? FaultAfter);
