using Whydrop.Capture;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp;

namespace Whydrop.Journeys;

/// <summary>One capture file of a case, to be read a second time where that is needed.</summary>
/// <param name="Source">Its name in the case, as the facts' provenance spells it.</param>
/// <param name="Open">Opens it from its first frame; the caller of it disposes of it.</param>
/// <param name="FirstCapture">Smallest <see cref="CaptureSummary.Capture"/> of the file; its other capture points follow up to the next file's first.</param>
public sealed record JourneySource(string Source, Func<CaptureFile> Open, int FirstCapture)
{
    /// <summary>Its connections without a fact: the join tells of those that are not simply counted. Null when all have one.</summary>
    public CleanFlows? Clean { get; init; }

    /// <summary>Its segments, if the first reading kept them; else the file is read again for those that are needed.</summary>
    public RecordedSegments? Segments { get; init; }
}
