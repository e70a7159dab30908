namespace Whydrop.Diagnosis;

/// <summary>How sure a verdict is.</summary>
public enum VerdictStatus
{
    /// <summary>The mechanism itself was seen, in this place, and every look-alike was told apart.</summary>
    Confirmed,

    /// <summary>The signature holds; the mechanism was not seen, the place is not established, or a look-alike was not told apart.</summary>
    Suspected,

    /// <summary>The signature holds, and so does something that speaks for a look-alike.</summary>
    Contested,

    /// <summary>Something that would decide was not collected.</summary>
    Undecided,

    /// <summary>The evidence contradicts it.</summary>
    RuledOut,
}
