using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>The packets with bytes that were asked for.</summary>
internal static class TracedPackets
{
    /// <summary>By connection, direction, transmission and place from the sender on.</summary>
    public static IReadOnlyList<TracedPacket> Of(FactSet facts, JourneyChains chains, PathStops stops)
    {
        var packets = new List<(int Place, TracedPacket Packet)>();
        foreach (var s in facts.Of<RangeSighting>())
        {
            if (chains.IsShown(s.Capture, s.Flow) && chains.Flow(s.Capture, s.Flow) is { } flow)
            {
                packets.Add((s.Place, new TracedPacket(
                    chains.Connection(s.Capture, s.Flow), flow, s.FromClient, s.Transmission, stops.Of(s.Capture, s.Flow), s.StreamOffset + 1, s.Length, s.DatagramLength, s.Ttl, s.IpId,
                    s.Time, s.SinceFirst, s.From)));
            }
        }

        return
        [
            .. packets.OrderBy(p => p.Packet.Connection).ThenByDescending(p => p.Packet.FromClient).ThenBy(p => p.Packet.Transmission).ThenBy(p => p.Place).ThenBy(p => p.Packet.Time)
                .Select(p => p.Packet),
        ];
    }
}
