namespace Whydrop.Evidence.Journeys;

/// <summary>Why a connection was not followed from one capture into another.</summary>
public enum UnjoinedReason
{
    /// <summary>No other capture shows any of its segments.</summary>
    NoCounterpart,

    /// <summary>No other capture ran at the time.</summary>
    NotRunning,

    /// <summary>Several connections elsewhere look like it, and cannot be told apart.</summary>
    Ambiguous,

    /// <summary>It was seen elsewhere too, but which place comes first is not established.</summary>
    OrderUnknown,

    /// <summary>Between the two places it travels encrypted.</summary>
    Encrypted,
}
