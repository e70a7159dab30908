using System.Net;
using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Rules that drop or reject, held against the packets of a connection.</summary>
internal sealed class Firewall(CaseView view)
{
    // Policy chains of network plug-ins nest four or five deep; a chain cannot jump to itself (the kernel refuses loops).
    private const int DeepestJump = 16;

    private readonly Lazy<ILookup<VantagePoint, FirewallRule>> denying = new(() => view.Facts.Of<FirewallRule>().Where(r => r.Action is "drop" or "reject").ToLookup(r => r.At.Stack));
    private readonly Lazy<ILookup<ChainName, FirewallRule>> jumps = new(() => view.Facts.Of<FirewallRule>().Where(r => r.Target is not null && r.Action is ("jump" or "goto"))
        .ToLookup(r => new ChainName(r.At.Stack, r.Family, r.Table, r.Target!)));
    private readonly Lazy<ILookup<ChainName, FirewallChain>> chains = new(() => view.Facts.Of<FirewallChain>().ToLookup(c => new ChainName(c.At.Stack, c.Family, c.Table, c.Chain)));
    private readonly Lazy<ILookup<VantagePoint, FirewallChain>> dropping = new(() => view.Facts.Of<FirewallChain>().Where(c => c.Policy == "drop").ToLookup(c => c.At.Stack));
    private readonly Lazy<ILookup<VantagePoint, FirewallRule>> translating = new(() => view.Facts.Of<FirewallRule>().Where(r => r.Action == "dnat" && r.Translations.Count > 0).ToLookup(r => r.At.Stack));
    private readonly Dictionary<(DirectionKey Direction, string? State), IReadOnlyList<FirewallMatch>> against = [];
    private readonly Lazy<ILookup<(VantagePoint Stack, string Name), CounterDelta>> deltas = new(() => view.Facts.Of<CounterDelta>().ToLookup(d => (d.At.Stack, d.Name)));

    /// <summary>
    /// Rules and policies on the way of a direction that drop or reject and that its packets meet or may meet; those that surely match and grew come
    /// first. A rule is held against every name the connection has on its way, for which one is in force there depends on the hook.
    /// </summary>
    /// <param name="state">Conntrack state of the packets: "new" for a SYN, "established" for what follows an answer; null when not known.</param>
    internal IReadOnlyList<FirewallMatch> Against(DirectionKey direction, string? state) =>
        against.TryGetValue((direction, state), out var found) ? found : against[(direction, state)] = Held(direction, state);

    private IReadOnlyList<FirewallMatch> Held(DirectionKey direction, string? state)
    {
        var trail = view.Trails[direction.Connection];
        if (trail.Flows.Count == 0)
        {
            return [];
        }

        var names = trail.Flows.Select(f => direction == trail.ToServer ? (f.Client, f.Server) : (f.Server, f.Client)).Distinct().ToArray();
        var found = new List<FirewallMatch>();
        foreach (var stack in StacksOnPath(trail))
        {
            var reached = new Dictionary<(ChainName, int), Answer>();
            found.AddRange(denying.Value[stack]
                .Select(r => (Rule: r, Meets: names.Index().Max(n => Lesser(Meets(r, n.Item.Item1, n.Item.Item2, state), () => Reached(ChainName.Of(r), n.Index, n.Item, state, reached, 0)))))
                .Where(m => m.Meets != Answer.No).Select(m => OfRule(m.Rule, m.Meets)));
            found.AddRange(dropping.Value[stack].Where(c => OfFamily(c.Family, names[0].Item1.AddressFamily) != Answer.No)
                .Select(c => new FirewallMatch(stack, null, c, Answer.Unknown, Counter(stack, c.Counter)?.Delta, [c.From])));
        }

        return [.. found.OrderByDescending(m => m.Grown > 0).ThenByDescending(m => m.Meets).ThenBy(m => m.At.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>
    /// Rules of the case that deny what was sent to an address, wherever they stand: they or a jump to them name the address, or one that it is translated
    /// to, and they counted. Each by its latest reading.
    /// </summary>
    internal IReadOnlyList<FirewallMatch> Against(UnansweredConnects connects)
    {
        var named = connects.Server;
        var targets = view.Facts.Of<FirewallRule>().Where(r => r.Action == "dnat").Select(r => r.At.Stack).Distinct()
            .SelectMany(s => Translating(s, Source(named), named)).SelectMany(r => r.Translations).Select(t => t.Port == 0 ? new IPEndPoint(t.Address, named.Port) : t)
            .Append(named).Distinct().ToArray();
        return
        [
            .. denying.Value.SelectMany(g => g).GroupBy(r => (ChainName.Of(r), r.Position, r.Text)).Select(g => g.Last()).Where(r => r.Counter is not null && NamesDestination(r))
                .Select(r => OfRule(r, targets.Max(t => Lesser(Meets(r, Source(t), t, "new"), () => new ChainWalk(view, Source(t), t, "new", null).EndsAt(r)))))
                .Where(m => m is { Grown: > 0, Unserved: ServiceLack.None } && m.Meets != Answer.No),
        ];

        // The port is chosen anew for each, and so may the address be.
        IPEndPoint Source(IPEndPoint to) => new(
            view.Addresses(connects.At).Where(a => a.AddressFamily == to.AddressFamily && !IPAddress.IsLoopback(a) && !a.IsIPv6LinkLocal).Distinct().ToArray() is [var only] ? only
                : to.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
    }

    private bool NamesDestination(FirewallRule rule) => rule.Destinations.Count > 0 || jumps.Value[ChainName.Of(rule)].Any(j => j.Destinations.Count > 0);

    /// <summary>Where the rules of a namespace may send new connections to an address, by the rules that say so; empty when none was read for it.</summary>
    internal IReadOnlyList<FirewallRule> Translating(VantagePoint stack, IPEndPoint from, IPEndPoint to)
    {
        var reached = new Dictionary<(ChainName, int), Answer>();
        return [.. translating.Value[stack].Where(r => Lesser(Meets(r, from, to, "new"), () => Reached(ChainName.Of(r), 0, (from, to), "new", reached, 0)) != Answer.No)];
    }

    /// <summary>Namespaces a connection passes: where it was seen, where its ends live, and the nodes these lie in.</summary>
    internal IReadOnlyList<VantagePoint> StacksOnPath(ConnectionTrail trail)
    {
        var known = trail.Flows.Select(f => f.At.Stack)
            .Append(view.Stacks.End(trail.Connection, true)?.At).Append(view.Stacks.End(trail.Connection, false)?.At).OfType<VantagePoint>()
            .Concat(view.Devices.StacksOnPath(trail.ToServer)).Where(s => s.Node is not null).ToHashSet();
        known.UnionWith(known.Select(Stacks.NodeOf).ToArray());
        if (known.Count > 0)
        {
            return [.. known];
        }

        // One set of rules and a capture of unknown origin: they came together.
        var listed = view.Facts.Of<FirewallRule>().Select(r => r.At.Stack).Distinct().ToArray();
        return listed.Length == 1 ? listed : [];
    }

    /// <summary>A packet meets what a rule demands, as far as it is held: one No decides, and what is not held (an address that is any, a port 0) leaves it Unknown.</summary>
    internal static Answer Meets(FirewallRule rule, IPEndPoint source, IPEndPoint destination, string? state, string protocol = "tcp")
    {
        Answer[] demands =
        [
            OfFamily(rule.Family, source.AddressFamily),
            rule.Protocol is null || rule.Protocol.Equals(protocol, StringComparison.OrdinalIgnoreCase) ? Answer.Yes : Answer.No,
            Within(rule.Sources, source.Address),
            Within(rule.Destinations, destination.Address),
            Within(rule.SourcePorts, source.Port),
            Within(rule.DestinationPorts, destination.Port),
            rule.ConntrackStates.Count == 0 ? Answer.Yes : state is null ? Answer.Unknown
                : rule.ConntrackStates.Contains(state, StringComparer.OrdinalIgnoreCase) ? Answer.Yes : Answer.No,
            rule.InputDevice is null && rule.OutputDevice is null && !rule.MatchesMore ? Answer.Yes : Answer.Unknown,
        ];
        return demands.Min();
    }

    /// <summary>Packets get to a chain: it is at a hook, or a rule that they meet jumps to it from a chain they get to.</summary>
    private Answer Reached(
        ChainName chain, int name, (IPEndPoint From, IPEndPoint To) ends, string? state, Dictionary<(ChainName Chain, int Name), Answer> known, int depth)
    {
        if (known.TryGetValue((chain, name), out var answer))
        {
            return answer;
        }

        var listed = chains.Value[chain].LastOrDefault();
        var from = jumps.Value[chain];
        answer = listed?.Hook is not null ? Answer.Yes
            : depth > DeepestJump || !from.Any() ? Answer.Unknown
            : from.Max(j => Lesser(Meets(j, ends.From, ends.To, state), () => Reached(ChainName.Of(j), name, ends, state, known, depth + 1)));
        return known[(chain, name)] = answer;
    }

    private static Answer Lesser(Answer first, Func<Answer> second) => first == Answer.No ? Answer.No : (Answer)Math.Min((int)first, (int)second());

    private FirewallMatch OfRule(FirewallRule rule, Answer meets)
    {
        var counter = Counter(rule.At.Stack, rule.Counter);
        var chain = chains.Value[ChainName.Of(rule)].LastOrDefault();
        return new FirewallMatch(rule.At.Stack, rule, chain, meets, counter?.Delta, counter is null ? [rule.From] : [rule.From, counter.From]);
    }

    private CounterDelta? Counter(VantagePoint stack, string? name) =>
        name is null ? null : deltas.Value[(stack, name)].LastOrDefault();

    private readonly record struct ChainName(VantagePoint Stack, string Family, string Table, string Chain)
    {
        internal static ChainName Of(FirewallRule rule) => new(rule.At.Stack, rule.Family, rule.Table, rule.Chain);
    }

    private static Answer OfFamily(string family, AddressFamily address) => family switch
    {
        "ip" => address == AddressFamily.InterNetwork ? Answer.Yes : Answer.No,
        "ip6" => address == AddressFamily.InterNetworkV6 ? Answer.Yes : Answer.No,
        _ => Answer.Yes,
    };

    private static Answer Within(IReadOnlyList<IPNetwork> prefixes, IPAddress address) =>
        prefixes.Count == 0 ? Answer.Yes : Ends.IsAny(address) ? Answer.Unknown
        : prefixes.Any(p => p.BaseAddress.AddressFamily == address.AddressFamily && p.Contains(address)) ? Answer.Yes : Answer.No;

    private static Answer Within(IReadOnlyList<(int First, int Last)> ports, int port) =>
        ports.Count == 0 ? Answer.Yes : port == 0 ? Answer.Unknown : ports.Any(p => port >= p.First && port <= p.Last) ? Answer.Yes : Answer.No;
}
