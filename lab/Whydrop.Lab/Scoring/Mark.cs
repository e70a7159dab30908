namespace Whydrop.Lab.Scoring;

/// <summary>What the answer of one run is worth.</summary>
public enum Mark
{
    /// <summary>The true fault, at the truth's weakest status or a stronger one; healthy for a healthy run; open where nobody could tell.</summary>
    Right,

    /// <summary>The true fault, in weaker words than the evidence bears.</summary>
    Weak,

    /// <summary>Another fault; for a healthy run any fault, which is a false alarm.</summary>
    Wrong,

    /// <summary>A faulty run was called healthy.</summary>
    Missed,

    /// <summary>No fault stands, and the run was not called healthy.</summary>
    Undecided,
}
