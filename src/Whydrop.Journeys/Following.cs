namespace Whydrop.Journeys;

/// <summary>Which connections are followed across captures.</summary>
public enum Following
{
    /// <summary>Those in trouble, what may be their counterparts, and as many more as it takes to compare clocks: what a diagnosis needs.</summary>
    Troubled,

    /// <summary>All, up to the limit of memory: every hop is counted and timed by whatever passed it.</summary>
    All,

    /// <summary>All, and those to which nothing happened are told together (<see cref="Evidence.Journeys.PlainJourneys"/>), not one by one.</summary>
    Summed,
}
