namespace Whydrop.Diagnosis;

/// <summary>A question a fault puts to the evidence.</summary>
/// <param name="Text">The question in one sentence that can be answered by yes or no.</param>
/// <param name="Quantifier">How the things it looks at combine.</param>
/// <param name="Role">What its answer does to the verdict.</param>
/// <param name="LookAlike">Id of the look-alike it separates from; null unless it is a discriminator.</param>
public record Question(string Text, Quantifier Quantifier, QuestionRole Role, string? LookAlike = null);
