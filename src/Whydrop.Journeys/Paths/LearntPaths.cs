using System.Net;
using System.Runtime.InteropServices;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Placement;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Paths;

/// <summary>Which captures the packets of complete connections came by before and after a capture, by where they come from and go to.</summary>
/// <remarks>
/// Learnt from the first reading alone: both initial sequence numbers make sightings one connection, and the time from SYN to SYN-ACK, which
/// falls along the way to the server, puts them in order without a common clock. Each question is worked out when it is first asked.
/// </remarks>
/// <param name="flows">All connections.</param>
internal sealed class LearntPaths(CaseFlows flows)
{
    /// <summary>A handshake met more often is no identity (fixed initial sequence numbers).</summary>
    private const int MostSightings = 16;

    private readonly Dictionary<Question, Tally> tallies = [];
    private ILookup<(int Capture, IPAddress Address), Sighting>? byAddress;
    private ILookup<(int Capture, IPAddress Client, IPAddress Server), Sighting>? byEnds;

    /// <summary>What was learnt for the narrowest question that anything is known of; null when nothing is.</summary>
    /// <param name="beyond">Towards the receiver; else towards the sender.</param>
    public Tally? Find(in Addressing stream, bool beyond)
    {
        foreach (var question in Questions(stream, beyond))
        {
            if (!tallies.TryGetValue(question, out var tally))
            {
                tallies[question] = tally = Learn(question);
            }

            if (tally.Total > 0)
            {
                return tally;
            }
        }

        return null;
    }

    /// <summary>Which of two sightings is nearer to the client, by complete connections that were seen at both places.</summary>
    public PathSense Sense(Sighting a, Sighting b) =>
        AlwaysPasses(a, b, beyond: true) || AlwaysPasses(b, a, beyond: false) ? PathSense.FirstNearerClient
        : AlwaysPasses(a, b, beyond: false) || AlwaysPasses(b, a, beyond: true) ? PathSense.SecondNearerClient
        : PathSense.Unknown;

    private bool AlwaysPasses(Sighting at, Sighting other, bool beyond)
    {
        var here = Addressing.Of(at.Flow, true);
        var changed = Addressing.Of(other.Flow, true).Tunnel != here.Tunnel;
        return Find(here, beyond) is { } tally && tally.Stops.Any(s => s.Capture == other.Capture && s.Changed == changed && s.Count == tally.Total);
    }

    /// <summary>The same two ends; the same service; the same end.</summary>
    private static IEnumerable<Question> Questions(Addressing a, bool beyond)
    {
        var any = new Question(a.Capture, a.Tunnel, beyond, null, null, 0);
        yield return any with { Source = a.Source.Address, Destination = a.Destination.Address };
        var end = beyond ? a.Destination : a.Source;
        var sameEnd = beyond ? any with { Destination = end.Address } : any with { Source = end.Address };
        if (a.ToServer == beyond)
        {
            yield return sameEnd with { ServerPort = end.Port };
        }

        yield return sameEnd;
    }

    private Tally Learn(Question question)
    {
        var tally = new Tally();
        foreach (var (sighting, fromClient) in Candidates(question))
        {
            if (question.Asks(Addressing.Of(sighting, sighting.Ends, fromClient)))
            {
                Learn(tally, [.. flows.Handshakes.With(sighting)], sighting, fromClient == question.Beyond, question.Tunnel);
            }
        }

        return tally;
    }

    private IEnumerable<(Sighting Sighting, bool FromClient)> Candidates(Question question)
    {
        var all = flows.Sightings.Where(flows.Handshakes.IsFirst).SelectMany(s => flows.Handshakes.With(s).ToArray());
        if (question is { Source: { } source, Destination: { } destination })
        {
            byEnds ??= all.Select(s => (Sighting: s, s.Ends)).ToLookup(s => (s.Sighting.Capture, s.Ends.Client.Address, s.Ends.Server.Address), s => s.Sighting);
            return byEnds[(question.Capture, source, destination)].Select(s => (s, true))
                .Concat(byEnds[(question.Capture, destination, source)].Select(s => (s, false)));
        }

        byAddress ??= all.Select(s => (Sighting: s, s.Ends)).SelectMany(s => new[] { (s.Ends.Client.Address, s.Sighting), (s.Ends.Server.Address, s.Sighting) })
            .ToLookup(x => (x.Sighting.Capture, x.Address), x => x.Sighting);
        return byAddress[(question.Capture, (question.Source ?? question.Destination)!)].SelectMany(s => new[] { (s, true), (s, false) });
    }

    private static void Learn(Tally tally, Sighting[] group, Sighting sighting, bool towardsServer, string tunnel)
    {
        // Somebody went on after the handshake: both its segments arrived.
        if (group.Length > MostSightings)
        {
            return;
        }

        var seen = Array.ConvertAll(group, s => (Sighting: s, s.Ends));
        if (!Array.Exists(seen, s => s.Ends.IsUsed) || seen.GroupBy(s => (s.Sighting.Capture, s.Ends.Client, s.Sighting.Encapsulation)).Any(g => g.Count() > 1))
        {
            return;
        }

        var here = Array.Find(seen, s => s.Sighting == sighting);
        var others = Array.FindAll(seen, o => o.Sighting != sighting && NearerServer(here.Ends, o.Ends) == (towardsServer ? 1 : -1));
        Array.Sort(others, (x, y) => towardsServer ? NearerServer(y.Ends, x.Ends) : NearerServer(x.Ends, y.Ends));
        tally.Add(Array.ConvertAll(others, o => o.Sighting), tunnel);
    }

    /// <summary>+1 when the second is nearer to the server, -1 when the first is, 0 when not known.</summary>
    private static int NearerServer(in FlowEnds first, in FlowEnds second)
    {
        if (first.HandshakeRtt is not { } a || second.HandshakeRtt is not { } b)
        {
            return 0;
        }

        var byTime = a.CompareTo(b);
        return byTime != 0 ? byTime : Math.Sign((first.ClientTtl ?? 0) - (second.ClientTtl ?? 0));
    }

    /// <summary>How many connections there were, and by which captures they came.</summary>
    internal sealed class Tally
    {
        private readonly List<(int Capture, bool Changed)> order = [];
        private readonly Dictionary<(int Capture, bool Changed), int> counts = [];

        /// <summary>Connections that passed where the question was asked.</summary>
        public int Total { get; private set; }

        /// <summary>Captures from the nearest on, whether tunnel headers are others there, and how many of the connections were seen there.</summary>
        public IEnumerable<(int Capture, bool Changed, int Count)> Stops => order.Select(c => (c.Capture, c.Changed, counts[c]));

        /// <summary>Adds one connection.</summary>
        public void Add(Sighting[] others, string tunnel)
        {
            Total++;
            var at = 0;
            foreach (var other in others)
            {
                var stop = (other.Capture, Addressing.TunnelOf(other) != tunnel);
                if (!counts.TryGetValue(stop, out var count))
                {
                    order.Insert(at, stop);
                }

                counts[stop] = count + 1;
                at = Math.Max(at, order.IndexOf(stop) + 1);
            }
        }
    }

    /// <param name="Tunnel">Tunnel headers where it is asked.</param>
    /// <param name="Beyond">What lies towards the receiver; else towards the sender.</param>
    /// <param name="ServerPort">0 for any.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Question(int Capture, string Tunnel, bool Beyond, IPAddress? Source, IPAddress? Destination, int ServerPort)
    {
        public bool Asks(Addressing a) =>
            a.Tunnel == Tunnel && (Source is null || Source.Equals(a.Source.Address)) && (Destination is null || Destination.Equals(a.Destination.Address))
            && (ServerPort == 0 || (a.ToServer == Beyond && ServerPort == (Beyond ? a.Destination : a.Source).Port));
    }
}
