using Whydrop.Evidence;

namespace Whydrop.Journeys.Paths;

/// <summary>A place where something was not seen that should have been.</summary>
/// <param name="Flow">The connection there; null when nothing of it was seen.</param>
/// <param name="Wrapped">It would have worn the same tunnel headers there.</param>
/// <param name="Proven">It did not come by.</param>
/// <param name="Reason">Why that is proven, or why it is not.</param>
internal sealed record MissingStop(VantagePoint At, int Capture, int? Flow, bool Wrapped, bool Proven, string Reason)
{
    /// <summary>The nearest place that proves it; else the nearest, without proof; null when there is none.</summary>
    public static MissingStop? Nearest(IEnumerable<MissingStop> fromTheNearest)
    {
        MissingStop? first = null;
        foreach (var missing in fromTheNearest)
        {
            if (missing.Proven)
            {
                return missing;
            }

            first ??= missing;
        }

        return first;
    }
}
