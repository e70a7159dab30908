namespace Whydrop.Journeys.Pairing;

/// <summary>How far two sightings are the same connection.</summary>
internal enum Likeness
{
    /// <summary>Not the same, or not enough evidence against chance.</summary>
    Different,

    /// <summary>Sequence numbers agree, but something else speaks against it (IP IDs, no travel order); not enough when there is a rival.</summary>
    Weak,

    /// <summary>The same connection.</summary>
    Same,
}
