using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Paths;

/// <summary>The places before or after a sighting that should have seen one direction of a connection and recognised nothing of it.</summary>
internal sealed class SilentStops
{
    private readonly Sighting at;
    private readonly bool upstream;
    private readonly AbsenceProof absence;
    private readonly List<Stop> stops = [];

    /// <summary>Finds them.</summary>
    /// <param name="fromClient">Direction in the words of <paramref name="at"/>.</param>
    /// <param name="own">Sightings of the connection on that side, the nearest first, that saw the other direction only.</param>
    /// <param name="upstream">Towards the sender; else towards the receiver.</param>
    public SilentStops(
        Connection connection, Sighting at, bool fromClient, IEnumerable<Sighting> own, bool upstream, Ways ways, AbsenceProof absence,
        Bystanders bystanders)
    {
        (this.at, this.upstream, this.absence) = (at, upstream, absence);
        var packet = Addressing.Of(at.Flow, fromClient);
        var known = own.ToArray();
        var merged = known.Select(s => Known(s, packet, ways, bystanders)).OfType<ExpectedStop>().ToList();
        Ways.Merge(merged, ways.Stops(packet, beyond: !upstream));
        var same = new HashSet<Connection>();
        foreach (var expected in merged)
        {
            var sighting = Array.Find(known, s => s.Capture == expected.Capture.Capture);
            var doubt = !expected.Sure ? expected.Why : sighting is null ? bystanders.Doubt(connection, at, expected.Capture, same) : null;
            stops.Add(new Stop(expected, sighting, doubt));
        }
    }

    /// <summary>Where one segment is missing, the nearest place first.</summary>
    /// <param name="sent">When it was seen.</param>
    /// <param name="arrived">When the last of the direction was seen that did arrive; null when none did.</param>
    public IEnumerable<MissingStop> Missing(long sent, long? arrived = null)
    {
        foreach (var (expected, sighting, doubt) in stops)
        {
            var (proven, reason) = doubt is null
                ? absence.JudgeSilence(at, sent, expected.Capture, expected.Why, upstream, expected.Plain, arrived)
                : (false, doubt);
            yield return new MissingStop(expected.Capture.At, expected.Capture.Capture, sighting?.Flow.Flow, expected.Wrapped, proven, reason);
        }
    }

    private ExpectedStop? Known(Sighting sighting, in Addressing packet, Ways ways, Bystanders bystanders)
    {
        var why = ways.Sure(packet, sighting.Capture, beyond: !upstream);
        return bystanders.Summary(sighting.Capture) is { } summary
            ? new ExpectedStop(summary, why is not null, sighting.Encapsulation == at.Encapsulation,
                why ?? $"only the other direction of the connection was seen at {sighting.At}, and this one may go another way")
            : null;
    }

    private sealed record Stop(ExpectedStop Expected, Sighting? Sighting, string? Doubt);
}
