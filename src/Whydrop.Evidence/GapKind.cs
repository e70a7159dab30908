namespace Whydrop.Evidence;

/// <summary>Why evidence is missing.</summary>
public enum GapKind
{
    /// <summary>The file is of no known kind.</summary>
    Unrecognised,

    /// <summary>The input ends in the middle; what came before it was read.</summary>
    Truncated,

    /// <summary>The input contradicts its own format; what could be read was read.</summary>
    Malformed,

    /// <summary>The input is of a known kind that this version cannot read.</summary>
    Unsupported,

    /// <summary>The input could not be opened (permission, missing library, missing file).</summary>
    Unreadable,

    /// <summary>A limit that keeps memory bounded was reached; the totals are exact, the details are not complete.</summary>
    Limited,

    /// <summary>Nobody collected it.</summary>
    NotCollected,
}
