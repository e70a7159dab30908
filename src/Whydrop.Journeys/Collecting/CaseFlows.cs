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

    /// <summary>Sorts the facts.</summary>
    public CaseFlows(IReadOnlyList<JourneySource> sources, FactSet facts)
    {
        firstCaptures = [.. sources.Select(s => s.FirstCapture)];
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

        Sightings = Sorted(facts.Of<TcpFlow>());
        Handshakes = new HandshakeGroups(Sightings);
    }

    /// <summary>Every connection in every file, still without segments.</summary>
    public Sighting[] Sightings { get; }

    /// <summary>The same by their handshakes.</summary>
    public HandshakeGroups Handshakes { get; }

    /// <summary>Frames of connections over all files.</summary>
    public long Frames => Sightings.Sum(s => s.Flow.Frames);

    /// <summary>What is known of a capture point; null when nobody summarised it.</summary>
    public CaptureSummary? Summary(int capture) => summaries.GetValueOrDefault(capture);

    /// <summary>All capture points of the case.</summary>
    public IReadOnlyCollection<CaptureSummary> Summaries => summaries.Values;

    /// <summary>All capture points of a file.</summary>
    public IEnumerable<CaptureSummary> SummariesOf(int source) => summaries.Values.Where(s => SourceOf(s.Capture) == source);

    /// <summary>Something was lost, repeated or left unexplained.</summary>
    public bool IsTroubled(Sighting sighting) =>
        sighting.HasFates
        || sighting.Flow.FromClient.Retransmissions + sighting.Flow.FromServer.Retransmissions > 0;

    /// <summary>It was not opened, or not opened or ended at the first try.</summary>
    public bool IsUnplain(Sighting sighting) =>
        unplain.Contains((sighting.Flow.Capture, sighting.Flow.Flow))
        || (sighting.Flow.FromClient.InitialSequence is not null && sighting.Flow.FromServer.InitialSequence is null);

    private Sighting[] Sorted(IReadOnlyList<TcpFlow> flows)
    {
        var sightings = new List<Sighting>(flows.Count);
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
                sightings.Add(new Sighting(sightings.Count, flow, source) { HasFates = troubled.Contains((flow.Capture, flow.Flow)) });
            }
        }

        return [.. sightings];
    }

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
