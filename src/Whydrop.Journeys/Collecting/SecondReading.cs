using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>The segments of connections: as the first reading recorded them, else of a second reading of the file.</summary>
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

            if (sources[i].Segments is { } recorded)
            {
                records += Take(recorded, chosen.Where(s => s.Source == i));
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

    private long Take(RecordedSegments recorded, IEnumerable<Sighting> chosen)
    {
        var taken = 0L;
        foreach (var sighting in chosen)
        {
            sighting.Take(Trail(recorded, sighting.FlowNumber, true), Trail(recorded, sighting.FlowNumber, false));
            taken += sighting.Count;
        }

        return taken;
    }

    /// <summary>Those of one piece stay where they are.</summary>
    private SegmentTrail Trail(RecordedSegments recorded, int flow, bool fromClient)
    {
        var piece = recorded.Of(flow, fromClient, 0);
        var count = piece.Count;
        for (var i = 1; recorded.Of(flow, fromClient, i) is { Count: > 0 } further; i++)
        {
            count += further.Count;
        }

        if (count == piece.Count)
        {
            return count == 0 ? default : new SegmentTrail(piece.Area, piece.Start, count);
        }

        var (page, begin) = pages.Take(count);
        for (var (i, to) = (0, begin); to < begin + count; i++)
        {
            piece = recorded.Of(flow, fromClient, i);
            piece.Area.Slice(piece.Start, piece.Count).CopyTo(page.Slice(to, piece.Count));
            to += piece.Count;
        }

        return new SegmentTrail(page, begin, count);
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
