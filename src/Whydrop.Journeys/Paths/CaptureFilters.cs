using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Paths;

/// <summary>Whether a capture would have kept a packet: nobody writes down its filter, but what it kept shows some of it.</summary>
internal sealed class CaptureFilters(CaseFlows flows, FactSet facts)
{
    /// <summary>A filter by ports names those of one service, or of a few; who kept traffic of more services does not filter by port.</summary>
    private const int MostPortsOfFilter = 3;

    private readonly HashSet<int> open = UnfilteredCaptures.Find(facts, flows.SourceOf);

    private readonly Dictionary<int, Kept> kept = [];

    /// <summary>True when it had no filter (<see cref="UnfilteredCaptures"/>), or kept packets of the same kind: of the same service, in the same tunnel, or, where its ports show that it does not filter by port, to the same host.</summary>
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

        return known.Services.Contains(packet.Destination) || known.Answers.Contains((packet.Source, packet.Destination.Address))
            || (known.Ports.Count > MostPortsOfFilter && known.Receivers.Contains(packet.Destination.Address))
            || (packet.OuterSource is { } from && packet.OuterDestination is { } to && known.Tunnels.Contains((packet.Tunnel, from, to)));
    }

    private Kept Read(int capture)
    {
        var result = new Kept([], [], [], [], []);
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
                _ = result.Answers.Add((a.Source, a.Destination.Address));
                _ = result.Receivers.Add(a.Destination.Address);
                _ = result.Ports.Add(flow.Server.Port);
                if (a is { OuterSource: { } from, OuterDestination: { } to })
                {
                    _ = result.Tunnels.Add((a.Tunnel, from, to));
                }
            }
        }

        return result;
    }

    /// <param name="Services">Ends that packets were kept to.</param>
    /// <param name="Answers">Ends that packets were kept from, each with the host they went to.</param>
    /// <param name="Receivers">Hosts that packets were kept to.</param>
    /// <param name="Ports">Ports of servers.</param>
    /// <param name="Tunnels">Tunnels whose packets were kept.</param>
    private sealed record Kept(
        HashSet<IPEndPoint> Services, HashSet<(IPEndPoint From, IPAddress To)> Answers, HashSet<IPAddress> Receivers, HashSet<int> Ports,
        HashSet<(string Tunnel, IPAddress From, IPAddress To)> Tunnels);
}
