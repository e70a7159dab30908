using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Paths;

/// <summary>Whether a capture without a recognised sighting of a connection may have seen it all the same.</summary>
internal sealed class Bystanders
{
    /// <summary>Clocks that were not compared are taken to agree to this, and a connection seen within it to be of the same time.</summary>
    private const long SameTime = 2_000_000_000;

    private readonly CaseFlows flows;
    private readonly ClockTable clocks;
    private readonly Dictionary<int, LookAlikes> seen = [];
    private readonly Connection?[] joined;

    /// <summary>Prepares.</summary>
    /// <param name="connections">Sightings that were recognised as one connection with others.</param>
    public Bystanders(CaseFlows flows, IEnumerable<Connection> connections, ClockTable clocks)
    {
        (this.flows, this.clocks) = (flows, clocks);
        joined = new Connection?[flows.Sightings.Length];
        foreach (var connection in connections)
        {
            foreach (var member in connection.Members)
            {
                joined[member.Number] = connection;
            }
        }
    }

    /// <summary>What is known of a capture.</summary>
    public CaptureSummary? Summary(int capture) => flows.Summary(capture);

    /// <summary>Why it may have seen the connection; null when it did not.</summary>
    /// <param name="same">Connections that it may be by what captures nearer to it show; those that it may be by this one are added.</param>
    public string? Doubt(Connection connection, Sighting from, CaptureSummary capture, HashSet<Connection> same)
    {
        if (connection.Members.Any(m => m.Capture == capture.Capture && m != from))
        {
            return $"the connection was seen at {capture.At}, but where that is on its way is not established";
        }

        if (!seen.TryGetValue(capture.Capture, out var there))
        {
            seen[capture.Capture] = there = new LookAlikes(Array.FindAll(flows.Sightings, s => s.Capture == capture.Capture));
        }

        if (there.Count < capture.Flows)
        {
            return $"not all connections seen at {capture.At} are listed, and this may be among the others";
        }

        var offset = clocks.Offset(from.Source, flows.SourceOf(capture.Capture), from.Flow.First.UnixNanoseconds) ?? 0;
        var (begin, end) = (from.Flow.First.UnixNanoseconds + offset - SameTime, from.Flow.Last.UnixNanoseconds + offset + SameTime);
        var likes = there.Of(from.Flow, begin, end).Where(s => s != from && MayBe(connection, from, s)).ToArray();
        var like = likes.MinBy(s => s.Number) ?? same.SelectMany(c => c.Members).FirstOrDefault(m => m.Capture == capture.Capture);
        same.UnionWith(likes.Select(s => joined[s.Number]).OfType<Connection>());
        return like is null ? null
            : $"the connection {like.Flow.Client} to {like.Flow.Server} at {capture.At} may be the same with other numbers";
    }

    private bool MayBe(Connection connection, Sighting from, Sighting other)
    {
        var (own, seen) = (from.Flow, other.Flow);
        if (own.FromClient.InitialSequence is { } initial && initial == seen.FromClient.InitialSequence)
        {
            return true;
        }

        // One that was seen at the same places as this one is another.
        if (joined[other.Number] is { } its && its.Members.Any(m => connection.Members.Any(c => c.Capture == m.Capture)))
        {
            return false;
        }

        // A rewriting middlebox between the two: the same ends or service at the same time, and as little came of it, as far as that is known without its opening.
        return own.FromClient.InitialSequence is null || own.FromClient.Segments + own.FromServer.Segments > 0 || seen.FromClient.Segments + seen.FromServer.Segments == 0;
    }
}
