namespace Whydrop.Diagnosis;

/// <summary>What the evidence says to a question. Unknown is an answer: it was not collected, or it does not tell.</summary>
public enum Answer
{
    /// <summary>The evidence contradicts it.</summary>
    No,

    /// <summary>The evidence does not tell.</summary>
    Unknown,

    /// <summary>The evidence shows it.</summary>
    Yes,
}
