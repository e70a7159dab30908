namespace Whydrop.Diagnosis.View;

/// <summary>What a connection suffers besides lost segments, the gravest first.</summary>
internal enum TroubleKind
{
    /// <summary>It could not be opened.</summary>
    NotOpened,

    /// <summary>It was reset before it had ended.</summary>
    Reset,

    /// <summary>An acknowledgment did not come for a second or more.</summary>
    Stalled,

    /// <summary>Its receiver never read on: the window stayed closed to the end.</summary>
    NotRead,

    /// <summary>It took more than one SYN to open.</summary>
    OpenedLate,
}
