using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>Trails of segments made up in a test.</summary>
internal static class Trails
{
    public static SegmentTrail Of(params SegmentRecord[] records)
    {
        var area = new SegmentArea(records.Length);
        records.CopyTo(area.Slice(0, records.Length));
        return new SegmentTrail(area, 0, records.Length);
    }
}
