namespace Whydrop.Diagnosis;

/// <summary>How the things a question looks at combine to its answer. Nothing to look at is always <see cref="Answer.Unknown"/>.</summary>
public enum Quantifier
{
    /// <summary>One Yes makes it Yes; only No everywhere makes it No.</summary>
    Any,

    /// <summary>One No makes it No; only Yes everywhere makes it Yes.</summary>
    All,

    /// <summary>One Yes makes it No; only No everywhere makes it Yes.</summary>
    None,
}
