using System.Net;
using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>The facts of a case, joined the way faults look at them. It states; it does not judge.</summary>
internal sealed class CaseView
{
    // MSS on Ethernet without options, RFC 6691.
    private const int EthernetMss = 1460;

    private readonly Dictionary<int, CaptureSummary> captures;
    private readonly Dictionary<FlowKey, TcpFlow> flows;
    private readonly Dictionary<VantagePoint, NetworkInterface[]> interfaces;
    private readonly ILookup<(VantagePoint Stack, string Name), CounterDelta> deltas;
    private readonly Lazy<ILookup<(VantagePoint At, string Name), Counter>> counters;
    private readonly Lazy<ILookup<(VantagePoint At, string Group), CounterDelta>> grownOf;
    private readonly Lazy<ILookup<(VantagePoint At, string Group), CounterSection>> omittingZeros;
    private readonly ILookup<(FlowKey Key, bool FromClient), DatagramSizes> sizes;
    private readonly Lazy<ILookup<(FlowKey Key, bool FromClient), SegmentFate>> fates;
    private readonly Lazy<ILookup<FlowKey, ExchangeTiming>> timings;
    private readonly Lazy<ILookup<(IPEndPoint Client, IPEndPoint Server), ConntrackEntry>> tracked;
    private readonly Lazy<ILookup<VantagePoint, Route>> routes;
    private readonly Dictionary<(VantagePoint Stack, IPAddress To), RouteLookup> routed = [];
    private readonly Lazy<SamePair> samePair;
    private readonly Lazy<ClusterPlaces> places;
    private readonly Lazy<HashSet<int>> silent;
    private readonly Lazy<IReadOnlyList<ConnectionTrail>> trails;
    private readonly Lazy<ILookup<(IPEndPoint From, IPEndPoint To), DirectionKey>> named;
    private readonly Lazy<IReadOnlyList<LostControl>> lostControls;
    private readonly Lazy<IReadOnlyList<ConnectionReset>> resets;
    private readonly Lazy<ILookup<int, ConnectionReset>> resetsOf;
    private readonly Lazy<IReadOnlyList<Attempt>> attempts;
    private readonly Lazy<IReadOnlyList<Stall>> stalls;
    private readonly Lazy<IReadOnlyList<Trouble>> troubles;
    private readonly Lazy<HashSet<int>> troubled;
    private readonly Lazy<HashSet<VantagePoint>> forwarding;
    private readonly Lazy<IReadOnlyList<Vanishing>> vanishings;
    private readonly Lazy<IReadOnlyList<IGrouping<(VantagePoint, VantagePoint?), Death>>> deaths;

    internal CaseView(FactSet facts)
    {
        Facts = facts;
        captures = facts.Of<CaptureSummary>().GroupBy(c => c.Capture).ToDictionary(g => g.Key, g => g.First());
        flows = facts.Of<TcpFlow>().GroupBy(f => new FlowKey(f.Capture, f.Flow)).ToDictionary(g => g.Key, g => g.First());
        interfaces = facts.Of<NetworkInterface>().GroupBy(i => i.At.Stack).ToDictionary(
            g => g.Key, g => g.GroupBy(i => i.At.Interface, StringComparer.Ordinal).Select(n => n.Last()).ToArray());
        deltas = facts.Of<CounterDelta>().ToLookup(d => (d.At, d.Name));
        counters = new(() => facts.Of<Counter>().ToLookup(c => (c.At, c.Name)));
        grownOf = new(() => facts.Of<CounterDelta>().ToLookup(d => (d.At, Group(d.Name))));
        omittingZeros = new(() => facts.Of<CounterSection>().Where(s => s.OmitsZeros).ToLookup(s => (s.At, s.Group)));
        sizes = facts.Of<DatagramSizes>().ToLookup(s => (new FlowKey(s.Capture, s.Flow), s.FromClient));
        Connections = new Connections(facts);
        Losses = LastSightings.Fill(this, FindLosses());
        Ledger = LedgerBuilder.Build(this);
        Heeded = PathMtuAnswers.Heeded(this).ToHashSet<Loss>(ReferenceEqualityComparer.Instance);
        Steps = SizeSteps.Find(this);
        Devices = new PathDevices(this);
        Narrowings = View.Narrowings.Find(this);
        Benign = [.. Heeded.Concat(Narrowings.Where(n => n.DiscoveryWorked).SelectMany(n => n.Losses)).Distinct()];
        Stacks = new Stacks(this);
        Firewall = new Firewall(this);
        fates = new(() => facts.Of<SegmentFate>().ToLookup(f => (new FlowKey(f.Capture, f.Flow), f.FromClient)));
        timings = new(() => facts.Of<ExchangeTiming>().ToLookup(t => new FlowKey(t.Capture, t.Flow)));
        tracked = new(() => facts.Of<ConntrackEntry>().Where(e => e.Protocol == "tcp").ToLookup(e => (e.Source, e.Destination)));
        routes = new(() => facts.Of<Route>().ToLookup(r => r.At.Stack));
        samePair = new(() => new SamePair(this));
        places = new(() => new ClusterPlaces(this));
        silent = new(() => [.. facts.Of<Pause>().Select(p => p.Capture)]);
        trails = new(() => ConnectionTrail.All(this));
        named = new(() => Trails.SelectMany(t => t.Flows.SelectMany(f => new[] { (Ends: (f.Client, f.Server), Direction: t.ToServer), (Ends: (f.Server, f.Client), Direction: t.ToClient) }))
            .Distinct().ToLookup(n => n.Ends, n => n.Direction));
        lostControls = new(FindLostControls);
        resets = new(() => View.Resets.Find(this));
        resetsOf = new(() => Resets.ToLookup(r => r.Direction.Connection));
        attempts = new(() => View.Attempts.Find(this));
        stalls = new(() => View.Stalls.Find(this));
        troubles = new(() => View.Troubles.Find(this));
        troubled = new(() => [.. Troubles.Select(t => t.Connection)]);
        forwarding = new(() => [.. Trails.SelectMany(t => t.Flows.Select(f => f.At).Distinct().GroupBy(at => at.Stack).Where(g => g.Skip(1).Any()).Select(g => g.Key))]);
        vanishings = new(() => View.Vanishings.Find(this));
        deaths = new(() => View.Deaths.Find(this));
        Hops = Hop.Find(this);
    }

    internal FactSet Facts { get; }

    internal Connections Connections { get; }

    /// <summary>Every lost transmission that has a fact of its own, each connection once.</summary>
    internal IReadOnlyList<Loss> Losses { get; }

    /// <summary>The ledger before any verdict claims a part of it.</summary>
    internal Ledger Ledger { get; }

    /// <summary>All lost transmissions, also those beyond the limit of details.</summary>
    internal long LostSegments => Ledger.LostSegments;

    /// <summary>Directions that lost everything above a size.</summary>
    internal IReadOnlyList<SizeStep> Steps { get; }

    internal PathDevices Devices { get; }

    /// <summary>Losses that are a matter of size, by device.</summary>
    internal IReadOnlyList<Narrowing> Narrowings { get; }

    /// <summary>Losses that are no matter of size, by the places around them.</summary>
    internal IReadOnlyList<Hop> Hops { get; }

    /// <summary>Lost transmissions whose sender was told by ICMP that they are too large, and took it.</summary>
    internal IReadOnlySet<Loss> Heeded { get; }

    /// <summary>Lost transmissions that are path MTU discovery at work.</summary>
    internal IReadOnlyList<Loss> Benign { get; }

    /// <summary>Every connection along its way, by its number.</summary>
    internal IReadOnlyList<ConnectionTrail> Trails => trails.Value;

    /// <summary>Directions of connections whose packets an ICMP error may quote, under any name they have.</summary>
    internal IEnumerable<DirectionKey> QuotedBy(IcmpError error) => error is { QuotedSource: { } from, QuotedDestination: { } to } ? named.Value[(from, to)] : [];

    /// <summary>Attempts to open a connection, each once over all captures.</summary>
    internal IReadOnlyList<Attempt> Attempts => attempts.Value;

    /// <summary>RSTs, each once over all captures; of one connection in the order of their times.</summary>
    internal IReadOnlyList<ConnectionReset> Resets => resets.Value;

    /// <summary>RSTs of one connection.</summary>
    internal IEnumerable<ConnectionReset> ResetsOf(int connection) => resetsOf.Value[connection];

    /// <summary>Silences of connections, each once.</summary>
    internal IReadOnlyList<Stall> Stalls => stalls.Value;

    /// <summary>SYNs, SYN-ACKs, FINs and RSTs that a capture should have seen and did not, each once.</summary>
    internal IReadOnlyList<LostControl> LostControls => lostControls.Value;

    /// <summary>What was seen at one place and not at the next, data and openings of connections together, by the places.</summary>
    internal IReadOnlyList<Vanishing> Vanishings => vanishings.Value;

    /// <summary>Established connections that stop getting past one place, by the pair of places around it.</summary>
    internal IReadOnlyList<IGrouping<(VantagePoint, VantagePoint?), Death>> Deaths => deaths.Value;

    /// <summary>Connections that suffer otherwise than by lost segments: what verdicts have to explain besides the losses.</summary>
    internal IReadOnlyList<Trouble> Troubles => troubles.Value;

    /// <summary>The connections of these.</summary>
    internal IReadOnlySet<int> Troubled => troubled.Value;

    /// <summary>Network namespaces: owners of addresses, ends of connections, what was read there.</summary>
    internal Stacks Stacks { get; }

    /// <summary>What other connections between the same two tell of a path.</summary>
    internal SamePair SamePair => samePair.Value;

    /// <summary>Nodes that addresses live on.</summary>
    internal ClusterPlaces Places => places.Value;

    /// <summary>Rules that drop or reject.</summary>
    internal Firewall Firewall { get; }

    internal IEnumerable<CaptureSummary> Captures => captures.Values;

    /// <summary>The silences of a capture are at hand: what is not among them was short.</summary>
    internal bool ListsSilences(int capture) => Capture(capture)?.Silences == 0 || silent.Value.Contains(capture);

    internal CaptureSummary? Capture(int capture) => captures.GetValueOrDefault(capture);

    /// <summary>That network namespace was seen to pass on what came in by another of its devices.</summary>
    internal bool Forwards(VantagePoint place) => forwarding.Value.Contains(place.Stack);

    internal TcpFlow? Flow(FlowKey key) => flows.GetValueOrDefault(key);

    internal TcpSender? Sender(FlowKey key, bool fromClient) => Flow(key) is { } flow ? fromClient ? flow.FromClient : flow.FromServer : null;

    /// <summary>Transmissions of one direction of one sighting that were not plainly delivered, the direction as that sighting names it.</summary>
    internal IEnumerable<SegmentFate> Fates(FlowKey key, bool fromClient) => fates.Value[(key, fromClient)];

    /// <summary>Devices of a network namespace, each name once (the latest listing).</summary>
    internal IReadOnlyList<NetworkInterface> Interfaces(VantagePoint stack) => interfaces.GetValueOrDefault(stack.Stack) ?? [];

    /// <summary>Network namespaces with an interface table.</summary>
    internal IEnumerable<VantagePoint> ListedStacks => interfaces.Keys;

    /// <summary>Captures that had no filter, by number.</summary>
    internal IReadOnlySet<int> Unfiltered => unfiltered ??= UnfilteredCaptures.Find(Facts, c => c);

    private HashSet<int>? unfiltered;

    /// <summary>Sizes of one direction as the sighting nearest to its sender counted them.</summary>
    internal DatagramSizes? Sizes(DirectionKey direction)
    {
        var key = Connections.NearestToSender(direction);
        return sizes[(key, Connections.FromClient(key, direction))].FirstOrDefault();
    }

    /// <summary>
    /// A lost transmission died of a size in that range: none of the range got through in its direction, or past the place
    /// where its absence is proven. False when neither is known.
    /// </summary>
    internal bool DiedOfSize(Loss loss, int above, int upTo)
    {
        if (loss.DatagramLength is not { } length || length <= above || length > upTo)
        {
            return false;
        }

        return loss.Placement is { AbsenceProven: true } placement
            ? placement.LargestPassed is not { } passed || passed <= above
            : NoneDelivered(loss.Direction, above);
    }

    /// <summary>The sizes of a direction were collected, and no datagram of more than so many bytes got through.</summary>
    internal bool NoneDelivered(DirectionKey direction, int above) => Sizes(direction) is { } sizes && !sizes.Sizes.Any(s => s.DatagramLength > above && s.Delivered > 0);

    /// <summary>Growth of a counter in exactly that place; a tool that leaves out zeros and printed the group says 0. Null when not collected.</summary>
    internal (long Delta, Provenance From)? Delta(VantagePoint at, string name)
    {
        var found = deltas[(at, name)].ToArray();
        if (found.Length > 0)
        {
            return (found.Sum(d => d.Delta), found[0].From);
        }

        var sections = omittingZeros.Value[(at, Group(name))].ToLookup(s => s.From.Source);

        // The same tool printed the group in both readings: another tool's increments say nothing of what this one left out.
        var printed = sections.Count == 0 ? null : grownOf.Value[(at, Group(name))].FirstOrDefault(d => sections.Contains(d.From.Source));

        // What it printed it did not leave out, even if its growth is not at hand.
        return printed is not null && sections[printed.From.Source].First() is { } section && !Counters(at, name).Any(c => c.From.Source == section.From.Source)
            ? (0, section.From)
            : null;
    }

    /// <summary>Readings of a counter or gauge in exactly that place.</summary>
    internal IEnumerable<Counter> Counters(VantagePoint at, string name) => counters.Value[(at, name)];

    /// <summary>Tracked TCP connections of a client to a server, as the client names it, wherever they are tracked.</summary>
    internal IEnumerable<ConntrackEntry> Tracked(IPEndPoint client, IPEndPoint server) => tracked.Value[(client, server)];

    /// <summary>What the routing tables of a namespace say of an address.</summary>
    internal RouteLookup Routed(VantagePoint stack, IPAddress to) => routed.TryGetValue((stack.Stack, to), out var found) ? found
        : routed[(stack.Stack, to)] = RouteLookup.In(routes.Value[stack.Stack], Facts.Of<RoutingRule>().Where(r => r.At.Stack == stack.Stack), to);

    /// <summary>Addresses known to belong to a network namespace.</summary>
    internal IEnumerable<IPAddress> Addresses(VantagePoint stack) =>
        Facts.Of<InterfaceAddress>().Where(a => a.At.Stack == stack.Stack).Select(a => a.Address);

    /// <summary>A control segment wherever it was captured: its direction, and its number as the first sighting counts.</summary>
    internal (DirectionKey Direction, uint Sequence) ControlKey(FlowKey key, bool fromClient, uint sequence) => Bytes(key, fromClient, sequence);

    /// <summary>Times of the exchanges of a connection near its client and near its server; null when none was measured.</summary>
    internal ExchangeTimes? Exchanges(int connection)
    {
        var found = Trails[connection].Flows.Select(f => timings.Value[new FlowKey(f.Capture, f.Flow)].FirstOrDefault()).OfType<ExchangeTiming>().ToArray();
        return found.Length == 0 ? null : new ExchangeTimes(connection, found[0], found[^1]);
    }

    private static string Group(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[..dot] : name;

    private List<LostControl> FindLostControls()
    {
        var segments = Facts.Of<ControlSegment>().ToLookup(c => (c.Capture, c.Flow, c.FromClient, c.Kind, c.Transmission));
        return
        [
            .. Facts.Of<ControlPlacement>()
                .Select(p => (Placement: p, Key: ControlKey(new FlowKey(p.Capture, p.Flow), p.FromClient, p.Sequence)))
                .Where(p => p.Key.Direction.Connection >= 0)
                .DistinctBy(p => (p.Key, p.Placement.Kind, p.Placement.Capture, p.Placement.Transmission))
                .Select(p => new LostControl(
                    p.Key.Direction, p.Placement,
                    segments[(p.Placement.Capture, p.Placement.Flow, p.Placement.FromClient, p.Placement.Kind, p.Placement.Transmission)].FirstOrDefault(s => s.Sequence == p.Placement.Sequence))),
        ];
    }

    private List<Loss> FindLosses()
    {
        var placements = Facts.Of<SegmentPlacement>()
            .GroupBy(p => Bytes(new FlowKey(p.Capture, p.Flow), p.FromClient, p.Sequence))
            .ToDictionary(g => g.Key, g => new Queue<SegmentPlacement>(g.OrderBy(p => p.Sent)));
        var losses = new List<Loss>();
        foreach (var fate in Facts.Of<SegmentFate>().OrderBy(f => f.Capture).ThenBy(f => f.Flow).ThenBy(f => f.Sent))
        {
            var key = new FlowKey(fate.Capture, fate.Flow);
            var direction = Connections.Direction(key, fate.FromClient);
            if (Connections.NearestToSender(direction) != key || fate.Fate is not (Fate.LostAfter or Fate.LostBefore or Fate.Unknown))
            {
                continue;
            }

            SegmentPlacement? placement = null;
            if (fate.Fate != Fate.LostBefore
                && placements.TryGetValue(Bytes(key, fate.FromClient, fate.Sequence), out var queue) && queue.Count > 0)
            {
                placement = queue.Dequeue();
            }

            if (fate.Fate != Fate.Unknown || placement is { AbsenceProven: true })
            {
                losses.Add(Estimate(new Loss(direction, fate, placement)));
            }
        }

        return losses;
    }

    private (DirectionKey Direction, uint Sequence) Bytes(FlowKey key, bool fromClient, uint sequence)
    {
        var direction = Connections.Direction(key, fromClient);
        return (direction, direction.Connection < 0 ? sequence : Connections.Sequence(key, fromClient, sequence));
    }

    /// <summary>A hole of at most one segment was one datagram with the headers the others of its direction have.</summary>
    private Loss Estimate(Loss loss)
    {
        var key = new FlowKey(loss.Fate.Capture, loss.Fate.Flow);
        if (loss.DatagramLength is not null || Flow(key) is not { } flow || loss.Length > ((loss.Fate.FromClient ? flow.FromServer : flow.FromClient).Mss ?? EthernetMss))
        {
            return loss;
        }

        const int TcpHeader = 20;
        const int TimestampsOption = 12;
        var headers = (flow.Client.AddressFamily == AddressFamily.InterNetworkV6 ? 40 : 20) + TcpHeader
            + ((loss.Fate.FromClient ? flow.FromClient : flow.FromServer).Timestamps ? TimestampsOption : 0);
        var others = sizes[(key, loss.Fate.FromClient)].SelectMany(s => s.Sizes).ToArray();
        return loss with
        {
            EstimatedLength = loss.Length + headers,
            EstimatedDontFragment = others.Length == 0 ? null : others.All(s => s.DontFragment),
        };
    }
}
