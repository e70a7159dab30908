using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys;

/// <summary>Places that saw an encrypted tunnel and not the connections that others saw: what happens to these there cannot be said.</summary>
internal sealed class EncryptedGaps(CaseFlows flows, ClockTable clocks, EncryptedTraffic encrypted)
{
    /// <summary>One gap for each capture point.</summary>
    /// <param name="connections">The sightings of each connection.</param>
    public IEnumerable<Gap> Of(IReadOnlyList<Sighting[]> connections)
    {
        foreach (var tunnels in encrypted.All.GroupBy(t => t.Capture))
        {
            var absent = connections.Where(c => c.All(s => s.Capture != tunnels.Key)).Select(c => c[0]).Where(s => Passes(s, tunnels.Key)).ToArray();
            if (absent.Length > 0 && flows.Summary(tunnels.Key) is { } point)
            {
                var like = absent[0].Flow;
                yield return new Gap(
                    point.At, tunnels.First().From, GapKind.Unsupported,
                    $"{EncryptedTraffic.Words(tunnels.MaxBy(t => t.Frames)!)} cannot be seen into: {(absent.Length == 1 ? "one connection" : $"{absent.Length} connections")} seen elsewhere "
                    + $"and not here may travel inside (such as {like.Client} to {like.Server}), so what is lost of them before and after this place cannot be told apart");
            }
        }
    }

    private bool Passes(Sighting sighting, int capture) =>
        encrypted.During(sighting, capture, clocks.Offset(sighting.Source, flows.SourceOf(capture), sighting.Flow.First.UnixNanoseconds)) is not null;
}
