using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Placement;

/// <summary>What a capture is worth when it did not see something.</summary>
internal sealed class CaptureWitness
{
    private CaptureWitness()
    {
    }

    /// <summary>First frame of any kind in the file, nanoseconds; null when there is none.</summary>
    public long? First { get; private init; }

    /// <summary>Last frame of any kind in the file.</summary>
    public long? Last { get; private init; }

    /// <summary>Why it may have missed frames at any time; null when it is complete as far as can be told.</summary>
    public string? Incomplete { get; private init; }

    /// <summary>The capture says itself that it dropped nothing.</summary>
    public bool SaysComplete { get; private init; }

    /// <summary>One file is one running program: frames on any of its interfaces show that it was alive.</summary>
    public static CaptureWitness Of(CaseFlows flows, Sighting sighting)
    {
        if (flows.Summary(sighting.Capture) is not { } own)
        {
            return new CaptureWitness { Incomplete = $"nothing is known of the capture at {sighting.At}" };
        }

        return sighting.CutShort
            ? new CaptureWitness { Incomplete = $"the record kept of {own.At} ended before its capture (memory limit)" }
            : Of(flows, own);
    }

    /// <summary>The same for a capture that need not have seen anything of the connection.</summary>
    public static CaptureWitness Of(CaseFlows flows, CaptureSummary own)
    {
        var file = flows.SummariesOf(flows.SourceOf(own.Capture)).ToArray();
        return new CaptureWitness
        {
            First = file.Min(s => s.First)?.UnixNanoseconds,
            Last = file.Max(s => s.Last)?.UnixNanoseconds,
            Incomplete = Lacks(own),
            SaysComplete = own.KernelDrops == 0,
        };
    }

    private static string? Lacks(CaptureSummary own) =>
        own.KernelDrops > 0 ? $"the capture at {own.At} itself dropped {own.KernelDrops} frames"
        : own.KernelDrops is null && own.AckedUnseenSegments > 0
            ? $"the capture at {own.At} missed {own.AckedUnseenSegments} segments that were acknowledged, so it dropped frames"
        : null;
}
