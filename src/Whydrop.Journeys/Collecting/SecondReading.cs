using Whydrop.Capture;
using Whydrop.Evidence;

namespace Whydrop.Journeys.Collecting;

/// <summary>The second reading of all files.</summary>
/// <param name="mostRecords">Segments that the selection was allowed to choose.</param>
internal sealed class SecondReading(IReadOnlyList<JourneySource> sources, CaseFlows flows, long mostRecords)
{
    private readonly RecordPages pages = new();
    private readonly Dictionary<SightingSet, (int Page, int Used)> begins = [];

    /// <summary>Fills the trails of some connections.</summary>
    /// <returns>A gap for each file that cannot be read again.</returns>
    public List<Gap> Run(SightingSet chosen, CancellationToken ct)
    {
        begins[chosen] = pages.Taken;
        var gaps = new List<Gap>();
        var records = 0L;
        for (var i = 0; i < sources.Count; i++)
        {
            if (!chosen.Any(s => s.Source == i))
            {
                continue;
            }

            var collection = new SegmentCollection(flows, i, chosen, pages);
            try
            {
                using var file = sources[i].Open();
                // Copies that the first reading took out are counted here: half as many again is room enough.
                collection.Read(file, (mostRecords * 3 / 2) - records, ct);
            }
            catch (CaptureException e)
            {
                gaps.Add(new Gap(VantagePoint.Unknown, new Provenance(sources[i].Source), GapKind.Unreadable, e.Message));
                foreach (var sighting in chosen.Where(s => s.Source == i))
                {
                    sighting.CutShort = true;
                }
            }

            collection.Finish();
            records += collection.Records;
        }

        return gaps;
    }

    /// <summary>Lets the segments of connections go. Those that were read last go first.</summary>
    public void LetGo(SightingSet chosen)
    {
        foreach (var sighting in chosen)
        {
            sighting.Clear();
        }

        pages.Release(begins[chosen]);
    }
}
