using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>What the routing tables of a namespace say of an address.</summary>
/// <param name="Known">The tables were read and no rule of policy routing makes another table possible.</param>
/// <param name="Found">The route that is taken; null when none leads there, or the tables were not read.</param>
/// <param name="Evidence">The route; else where the table was read.</param>
internal sealed record RouteLookup(bool Known, Route? Found, IReadOnlyList<Provenance> Evidence)
{
    // Tables that every namespace looks at, in this order (net/ipv4/fib_rules.c).
    private static readonly string[] Usual = ["local", "main", "default"];

    /// <summary>It discards: blackhole, unreachable, prohibit.</summary>
    internal bool Discards => Found?.Type is "blackhole" or "unreachable" or "prohibit";

    /// <summary>Who the packet is handed to on the link: the gateway, or the address itself.</summary>
    internal IPAddress? NextHop(IPAddress destination) => Found is { Type: "unicast" or "" } route ? route.Via ?? destination : null;

    /// <summary>Looked up once for each address.</summary>
    internal static RouteLookup Of(CaseView view, VantagePoint stack, IPAddress destination) => view.Routed(stack, destination);

    /// <summary>Longest prefix first, then metric, in the usual tables of a namespace in their order.</summary>
    internal static RouteLookup In(IEnumerable<Route> all, IEnumerable<RoutingRule> rules, IPAddress destination)
    {
        var routes = all.Where(r => !r.Cached && r.Destination.BaseAddress.AddressFamily == destination.AddressFamily).ToArray();
        var main = Array.FindLast(routes, r => r.Table == "main");
        var ruled = rules.All(r => r.Table is null || Usual.Contains(r.Table));
        if (main is null)
        {
            return new RouteLookup(false, null, []);
        }

        foreach (var table in Usual)
        {
            var found = routes.Where(r => r.Table == table && r.Destination.Contains(destination))
                .OrderByDescending(r => r.Destination.PrefixLength).ThenBy(r => r.Metric ?? 0).FirstOrDefault();
            if (found is not null)
            {
                return new RouteLookup(ruled, found, [found.From]);
            }
        }

        return new RouteLookup(ruled, null, [main.From]);
    }
}
