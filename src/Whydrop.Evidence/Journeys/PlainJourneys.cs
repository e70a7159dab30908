using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>Connections that came by the same places, arrived whole, and of which no capture says anything unusual: most are such, and are told together.</summary>
/// <param name="Stops">From the client to the server; <see cref="Fact.At"/> is the first. The same place of a list is the same connection.</param>
/// <param name="Hops">What each hop did to all of them, both directions, under the numbers of the first connection.</param>
public sealed record PlainJourneys(VantagePoint At, Provenance From, IReadOnlyList<PlainStop> Stops, IReadOnlyList<HopSummary> Hops) : Fact(At, From)
{
    /// <summary>How many they are.</summary>
    public int Connections => Stops[0].Flows.Count;
}
