using System.Net;
using System.Net.Sockets;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>A route while its lines are being read.</summary>
internal sealed class RouteDraft(int line)
{
    public int Line { get; } = line;

    public string Type { get; set; } = "unicast";

    public string? Table { get; set; }

    /// <summary>Null for "default".</summary>
    public IPNetwork? Destination { get; set; }

    public IPAddress? Via { get; set; }

    public string? Device { get; set; }

    public IPAddress? Source { get; set; }

    public int? Metric { get; set; }

    public int? Mtu { get; set; }

    public bool MtuLocked { get; set; }

    public int? AdvertisedMss { get; set; }

    public bool Cached { get; set; }

    /// <summary>It ends by itself ("expires 594sec").</summary>
    public bool Expires { get; set; }

    /// <summary>A router advertised it ("proto ra"): its end and its MTU are the router's, also where "ip route get" prints it for one address.</summary>
    public bool IsAdvertised { get; set; }

    /// <summary>An IPv6 route of the cache is printed without the word: to one address, with an MTU and an end (net/ipv6/route.c rt6_insert_exception).</summary>
    private bool IsException => Expires && !IsAdvertised && Mtu is not null && Destination is { PrefixLength: 128 };

    public List<RouteHop> Hops { get; } = [];

    /// <summary>An IPv4 route through an IPv6 next hop ("via inet6 fe80::1"); the reverse does not exist.</summary>
    public bool IsV4OverV6 { get; set; }

    /// <summary>Only IPv6 routes are printed with a preference, only IPv4 ones with a scope (unless -d).</summary>
    public bool SeemsV6 { get; set; }

    public bool SeemsV4 { get; set; }

    /// <summary>Cut before its device: such a route does not exist, unlike a blackhole.</summary>
    public bool LeadsNowhere => Device is null && Via is null && Hops.Count == 0 && (Type is "unicast" or "local" or "broadcast" or "multicast" or "anycast");

    public AddressFamily? Family =>
        IsV4OverV6 ? AddressFamily.InterNetwork : Destination?.BaseAddress.AddressFamily ?? Source?.AddressFamily ?? ViaFamily
        ?? (SeemsV6 ? AddressFamily.InterNetworkV6 : SeemsV4 ? AddressFamily.InterNetwork : null);

    private AddressFamily? ViaFamily
    {
        get
        {
            var via = Via ?? Hops.Find(h => h.Via is not null).Via;
            return via?.AddressFamily;
        }
    }

    /// <summary>
    /// Writes the routes of one output. "default" alone does not say its family: it is that of the route's other addresses and marks,
    /// else that of the routes around it.
    /// </summary>
    public static void WriteTo(Findings findings, List<RouteDraft> routes)
    {
        var families = routes.ConvertAll(d => d.Family);
        for (var i = 0; i < routes.Count; i++)
        {
            if (routes[i].LeadsNowhere)
            {
                findings.Gap(routes[i].Line, Evidence.GapKind.Malformed, $"a {routes[i].Type} route with neither device nor next hop");
                continue;
            }

            foreach (var fact in routes[i].ToFacts(findings, families[i] ?? Near(families, i)))
            {
                findings.Add(fact);
            }
        }
    }

    private static AddressFamily Near(List<AddressFamily?> families, int index)
    {
        for (var distance = 1; distance < 64; distance++)
        {
            var near = (index + distance < families.Count ? families[index + distance] : null) ?? (index >= distance ? families[index - distance] : null);
            if (near is { } family)
            {
                return family;
            }
        }

        return AddressFamily.InterNetwork;
    }

    private IEnumerable<Route> ToFacts(Findings findings, AddressFamily family)
    {
        var destination = Destination ?? (family == AddressFamily.InterNetworkV6 ? AddressText.AnyV6 : AddressText.AnyV4);
        var hops = Hops.Count > 0 ? Hops : [new RouteHop(Line, Via, Device)];
        foreach (var hop in hops)
        {
            yield return new Route(
                findings.On(hop.Device), findings.From(hop.Line), Table ?? (Type is "local" or "broadcast" or "anycast" ? "local" : "main"), Type, destination,
                hop.Via, Source, Metric, Mtu, MtuLocked, AdvertisedMss, Cached || IsException);
        }
    }
}
