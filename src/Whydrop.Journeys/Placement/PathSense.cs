namespace Whydrop.Journeys.Placement;

/// <summary>Which of two sightings is nearer to the client.</summary>
internal enum PathSense
{
    /// <summary>Not established.</summary>
    Unknown,

    /// <summary>The first.</summary>
    FirstNearerClient,

    /// <summary>The second.</summary>
    SecondNearerClient,
}
