namespace Whydrop.Diagnosis;

/// <summary>The case in one word.</summary>
public enum Outcome
{
    /// <summary>At least one fault is confirmed, suspected or contested.</summary>
    Fault,

    /// <summary>There was enough to judge, and nothing is wrong.</summary>
    Healthy,

    /// <summary>Losses that nothing explains, or nothing collected that could tell.</summary>
    Inconclusive,
}
