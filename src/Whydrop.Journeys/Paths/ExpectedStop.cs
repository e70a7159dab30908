using Whydrop.Evidence.Capture;

namespace Whydrop.Journeys.Paths;

/// <summary>A capture that should have seen a packet.</summary>
/// <param name="Capture">Which.</param>
/// <param name="Sure">There is no way around it.</param>
/// <param name="Wrapped">The packet wears the same tunnel headers there.</param>
/// <param name="Why">Why it is on the way, or why that is not sure.</param>
internal sealed record ExpectedStop(CaptureSummary Capture, bool Sure, bool Wrapped, string Why)
{
    /// <summary>Others with the same ends came by there and could be read: it is not inside a tunnel that hides it.</summary>
    public bool Plain { get; init; }
}
