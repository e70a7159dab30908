using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Journeys.Collecting;

/// <summary>The connections of the case as the first reading left them, by capture file.</summary>
internal sealed class CaseFlows
{
    private readonly Dictionary<int, CaptureSummary> summaries = [];
    private readonly HashSet<(int Capture, int Flow)> troubled = [];
    private readonly HashSet<(int Capture, int Flow)> unplain = [];
    private readonly int[] firstCaptures;
    private readonly bool[] recorded;

    /// <summary>Sorts the facts.</summary>
    public CaseFlows(IReadOnlyList<JourneySource> sources, FactSet facts)
    {
        firstCaptures = [.. sources.Select(s => s.FirstCapture)];
        recorded = [.. sources.Select(s => s.Segments is not null)];
        foreach (var summary in facts.Of<CaptureSummary>())
        {
            summaries[summary.Capture] = summary;
        }

        foreach (var control in facts.Of<ControlSegment>().Where(c => c.Kind != ControlKind.Reset))
        {
            _ = unplain.Add((control.Capture, control.Flow));
        }

        foreach (var fate in facts.Of<SegmentFate>())
        {
            _ = troubled.Add((fate.Capture, fate.Flow));
        }

        Sightings = Sorted(sources, facts.Of<TcpFlow>());
        Handshakes = new HandshakeGroups(Sightings);
    }

    /// <summary>Every connection in every file, still without segments.</summary>
    public Sighting[] Sightings { get; }

    /// <summary>The same by their handshakes.</summary>
    public HandshakeGroups Handshakes { get; }

    /// <summary>Segments to be kept in order to follow a connection; none where the first reading kept them.</summary>
    public long Cost(Sighting sighting) => recorded[sighting.Source] ? 0 : sighting.Frames;

    /// <summary>What is known of a capture point; null when nobody summarised it.</summary>
    public CaptureSummary? Summary(int capture) => summaries.GetValueOrDefault(capture);

    /// <summary>All capture points of the case.</summary>
    public IReadOnlyCollection<CaptureSummary> Summaries => summaries.Values;

    /// <summary>All capture points of a file.</summary>
    public IEnumerable<CaptureSummary> SummariesOf(int source) => summaries.Values.Where(s => SourceOf(s.Capture) == source);

    /// <summary>Something was lost, repeated or left unexplained.</summary>
    public bool IsTroubled(Sighting sighting) => sighting.HasFates || sighting.Repeats;

    /// <summary>It was not opened, or not opened or ended at the first try.</summary>
    public bool IsUnplain(Sighting sighting) =>
        (unplain.Count > 0 && unplain.Contains((sighting.Capture, sighting.FlowNumber))) || (sighting.Initial(true) is not null && sighting.Initial(false) is null);

    /// <summary>File by file, in the order of first frames.</summary>
    private Sighting[] Sorted(IReadOnlyList<JourneySource> sources, IReadOnlyList<TcpFlow> flows)
    {
        var told = Array.ConvertAll(firstCaptures, _ => new List<TcpFlow>());
        // Those of one file follow each other.
        var (capture, source) = (-1, -1);
        foreach (var flow in flows)
        {
            if (flow.Capture != capture)
            {
                (capture, source) = (flow.Capture, SourceOf(flow.Capture));
            }

            if (source >= 0)
            {
                told[source].Add(flow);
            }
        }

        var sightings = new Sighting[told.Sum(t => t.Count) + sources.Sum(s => s.Clean?.Count ?? 0)];
        var number = 0;
        for (var i = 0; i < sources.Count; i++)
        {
            var next = 0;
            for (var place = 0; place < (sources[i].Clean?.Count ?? 0); place++)
            {
                var row = sources[i].Clean![place];
                for (; next < told[i].Count && told[i][next].Flow < row.Flow; next++)
                {
                    sightings[number] = Told(number++, told[i][next], i);
                }

                sightings[number] = new Sighting(number++, sources[i].Clean!, row, i);
            }

            for (; next < told[i].Count; next++)
            {
                sightings[number] = Told(number++, told[i][next], i);
            }
        }

        return sightings;
    }

    private Sighting Told(int number, TcpFlow flow, int source) => new(number, flow, source) { HasFates = troubled.Contains((flow.Capture, flow.Flow)) };

    /// <summary>Index of the file that a capture point belongs to; -1 when none does.</summary>
    public int SourceOf(int capture)
    {
        var best = -1;
        for (var i = 0; i < firstCaptures.Length; i++)
        {
            if (firstCaptures[i] <= capture && (best < 0 || firstCaptures[i] > firstCaptures[best]))
            {
                best = i;
            }
        }

        return best;
    }
}
