using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Paths;

/// <summary>Whether a capture would have kept a packet: nobody writes down its filter, but what it kept shows some of it.</summary>
internal sealed class CaptureFilters(CaseFlows flows, FactSet facts)
{
    private readonly HashSet<int> open = [.. facts.Of<NeighbourQuery>().Select(q => flows.SourceOf(q.Capture))];
    private readonly Dictionary<int, Kept> kept = [];

    /// <summary>True when it kept address resolution, which only a capture without a filter does, or packets of the same kind: to the same service or host, between the same ends, in the same tunnel.</summary>
    public bool Keeps(int capture, in Addressing packet)
    {
        if (open.Contains(flows.SourceOf(capture)))
        {
            return true;
        }

        if (!kept.TryGetValue(capture, out var known))
        {
            kept[capture] = known = Read(capture);
        }

        return known.Services.Contains(packet.Destination) || known.Receivers.Contains(packet.Destination.Address) || known.Ends.Contains((packet.Source.Address, packet.Destination.Address))
            || (packet.OuterSource is { } from && packet.OuterDestination is { } to && known.Tunnels.Contains((packet.Tunnel, from, to)));
    }

    private Kept Read(int capture)
    {
        var result = new Kept([], [], [], []);
        foreach (var flow in flows.Sightings.Select(s => s.Flow).Where(f => f.Capture == capture))
        {
            foreach (var fromClient in new[] { true, false })
            {
                // A filter may name a direction: what was not seen itself says nothing.
                if ((fromClient ? flow.FromClient : flow.FromServer).Ttl is null)
                {
                    continue;
                }

                var a = Addressing.Of(flow, fromClient);
                _ = result.Services.Add(a.Destination);
                _ = result.Receivers.Add(a.Destination.Address);
                _ = result.Ends.Add((a.Source.Address, a.Destination.Address));
                if (a is { OuterSource: { } from, OuterDestination: { } to })
                {
                    _ = result.Tunnels.Add((a.Tunnel, from, to));
                }
            }
        }

        return result;
    }

    private sealed record Kept(
        HashSet<IPEndPoint> Services, HashSet<IPAddress> Receivers, HashSet<(IPAddress From, IPAddress To)> Ends, HashSet<(string Tunnel, IPAddress From, IPAddress To)> Tunnels);
}
