using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys;

/// <summary>Why connections that were looked for elsewhere were not found there, or are not followed all the same.</summary>
internal sealed class UnjoinedFlows(CaseFlows flows, ClockTable clocks, EncryptedTraffic encrypted)
{
    private readonly Dictionary<int, int> listed = flows.Sightings.GroupBy(s => s.Capture).ToDictionary(g => g.Key, g => g.Count());

    /// <summary>Those of a connection whose place on its path is not established; where only one is left, it neither.</summary>
    public IEnumerable<UnjoinedFlow> OrderUnknown(PathChain chain) =>
        (chain.Sightings.Length == 1 ? chain.Unplaced.Concat(chain.Sightings) : chain.Unplaced).Select(s => Of(s, UnjoinedReason.OrderUnknown, WhyUnplaced(chain, s)));

    /// <summary>Why a sighting has no place on the path of its connection.</summary>
    public string WhyUnplaced(PathChain chain, Sighting sighting) =>
        chain.Sightings.Length > 1 && flows.Summary(sighting.Capture)?.Ring is { } ring
            && Array.Exists(chain.Sightings, s => s.At == sighting.At && flows.Summary(s.Capture)?.Ring == ring)
            ? "seen in another part of the same ring too, by which it is followed"
            : "seen elsewhere too, but not which place comes first: equal TTL, and not both directions of travel captured";

    /// <summary>Those of groups that look like one connection.</summary>
    public IEnumerable<UnjoinedFlow> Ambiguous(IEnumerable<Sighting[]> groups) =>
        groups.SelectMany(g => g.Select(s => Of(s, UnjoinedReason.Ambiguous, $"{g.Length} sightings look like one connection and cannot be told apart")));

    /// <summary>One without any other.</summary>
    public UnjoinedFlow Alone(Sighting sighting)
    {
        var running = new List<VantagePoint>();
        var uncompared = false;
        string? hidden = null;
        VantagePoint? unlisted = null;
        foreach (var other in flows.Summaries.Where(c => flows.SourceOf(c.Capture) != sighting.Source))
        {
            var offset = clocks.Offset(sighting.Source, flows.SourceOf(other.Capture), sighting.Flow.First.UnixNanoseconds);
            uncompared |= offset is null;
            if (Ran(other, sighting.Flow, offset ?? 0) || offset is null)
            {
                running.Add(other.At);
                unlisted ??= listed.GetValueOrDefault(other.Capture) < other.Flows ? other.At : null;
                hidden ??= encrypted.During(sighting, other.Capture, offset) is { } tunnel
                    ? $"no other capture shows any of its segments to be read; {other.At} shows {tunnel}, which cannot be seen into" : null;
            }
        }

        return running.Count == 0
            ? Of(sighting, UnjoinedReason.NotRunning, "no other capture ran at the time")
            : unlisted is not null ? Of(sighting, UnjoinedReason.NotListed, $"{unlisted} does not list connections without anything unusual one by one: this may be among them")
            : hidden is not null ? Of(sighting, UnjoinedReason.Encrypted, hidden)
            : Of(sighting, UnjoinedReason.NoCounterpart, $"no other capture shows any of its segments{(uncompared ? "; not all clocks could be compared, so it may not have run then" : "")}");
    }

    private static bool Ran(CaptureSummary capture, TcpFlow flow, long offset) =>
        capture.First?.UnixNanoseconds <= flow.Last.UnixNanoseconds + offset && capture.Last?.UnixNanoseconds >= flow.First.UnixNanoseconds + offset;

    private static UnjoinedFlow Of(Sighting sighting, UnjoinedReason why, string reason) =>
        new(sighting.At, sighting.Flow.From, sighting.Capture, sighting.FlowNumber, why, reason);
}
