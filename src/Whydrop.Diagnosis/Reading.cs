using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>The answer to a question in one scope of a case.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">What the evidence says.</param>
/// <param name="Text">The figures behind the answer, short: "1450 > 1440".</param>
/// <param name="Evidence">Where they stand; empty when nothing was collected.</param>
public sealed record Reading(Question Question, Answer Answer, string Text, IReadOnlyList<Provenance> Evidence);
