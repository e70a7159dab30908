namespace Whydrop.Diagnosis;

/// <summary>What the answer to a question does to a verdict.</summary>
public enum QuestionRole
{
    /// <summary>No rules the fault out; Unknown leaves it undecided.</summary>
    Signature,

    /// <summary>Part of the signature that is the mechanism itself: only its Yes lets a verdict be confirmed; its Unknown leaves the fault suspected.</summary>
    Mechanism,

    /// <summary>Separates the fault from a look-alike. No makes the verdict contested; Unknown keeps it from being confirmed.</summary>
    Discriminator,

    /// <summary>Agrees or not, and is shown; it never moves the verdict.</summary>
    Support,
}
