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
    private readonly ILookup<int, Sighting> byCapture;
    private readonly Dictionary<Sighting, Connection> joined = [];

    /// <summary>Prepares.</summary>
    /// <param name="connections">Sightings that were recognised as one connection with others.</param>
    public Bystanders(CaseFlows flows, IEnumerable<Connection> connections, ClockTable clocks)
    {
        (this.flows, this.clocks) = (flows, clocks);
        byCapture = flows.Sightings.ToLookup(s => s.Flow.Capture);
        foreach (var connection in connections)
        {
            foreach (var member in connection.Members)
            {
                joined[member] = connection;
            }
        }
    }

    /// <summary>What is known of a capture.</summary>
    public CaptureSummary? Summary(int capture) => flows.Summary(capture);

    /// <summary>Why it may have seen the connection; null when it did not.</summary>
    public string? Doubt(Connection connection, Sighting from, CaptureSummary capture)
    {
        if (connection.Members.Any(m => m.Flow.Capture == capture.Capture && m != from))
        {
            return $"the connection was seen at {capture.At}, but where that is on its way is not established";
        }

        var there = byCapture[capture.Capture].ToArray();
        if (there.Length < capture.Flows)
        {
            return $"not all connections seen at {capture.At} are listed, and this may be among the others";
        }

        var like = Array.Find(there, s => s != from && MayBe(connection, from, s));
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
        if (joined.TryGetValue(other, out var its) && its.Members.Any(m => connection.Members.Any(c => c.Flow.Capture == m.Flow.Capture)))
        {
            return false;
        }

        // A rewriting middlebox between the two: the same ends or service at the same time, and as little came of it.
        var asFar = own.FromClient.Segments + own.FromServer.Segments > 0 || seen.FromClient.Segments + seen.FromServer.Segments == 0;
        var offset = clocks.Offset(from.Source, other.Source, own.First.UnixNanoseconds) ?? 0;
        return asFar && (own.Server.Equals(seen.Server) || own.Server.Port == seen.Server.Port || own.Client.Equals(seen.Client))
            && seen.First.UnixNanoseconds <= own.Last.UnixNanoseconds + offset + SameTime
            && seen.Last.UnixNanoseconds >= own.First.UnixNanoseconds + offset - SameTime;
    }
}
