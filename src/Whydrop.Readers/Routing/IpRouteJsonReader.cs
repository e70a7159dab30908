using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>"ip -j route" and "ip -j route get". iproute2 leaves "mtu lock" out of its JSON: a lock is not seen there.</summary>
public sealed class IpRouteJsonReader : JsonReader
{
    /// <inheritdoc />
    public override string Id => "ip-route-json";

    /// <inheritdoc />
    public override string Reads => "ip -j [-p] [-d] route [show | get]: routes, path MTU exceptions";

    private protected override bool Fits(string start) => start.Contains("\"dst\":", StringComparison.Ordinal)
        && !start.Contains("\"lladdr\":", StringComparison.Ordinal) && !start.Contains("\"state\":", StringComparison.Ordinal) && !start.Contains("\"priority\":", StringComparison.Ordinal)
        && (start.Contains("\"dev\":", StringComparison.Ordinal) || start.Contains("\"gateway\":", StringComparison.Ordinal)
            || start.Contains("\"nexthops\":", StringComparison.Ordinal) || start.Contains("\"flags\":[", StringComparison.Ordinal));

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        var routes = new List<RouteDraft>();
        foreach (var item in items)
        {
            if (Route(item) is { } route)
            {
                routes.Add(route);
            }
            else
            {
                findings.Gap(item.Line, GapKind.Malformed, "a route without dst");
            }
        }

        RouteDraft.WriteTo(findings, routes);
    }

    private static RouteDraft? Route(JsonItem item)
    {
        var destination = item["dst"].Text;
        if (destination is null || (destination != "default" && AddressText.Prefix(destination) is null))
        {
            return null;
        }

        var route = new RouteDraft(item.Line)
        {
            Type = item["type"].Text ?? "unicast",
            Table = item["table"].Text,
            Destination = AddressText.Network(destination),
            Via = Gateway(item),
            Device = item["dev"].Text,
            Source = AddressText.Address(item["prefsrc"].Text),
            Metric = item["metric"].Number,
            Cached = item.Has("cache"),
            Expires = item.Has("expires"),
            IsAdvertised = item["protocol"].Text == "ra",
            IsV4OverV6 = item["via"]["family"].Text == "inet6",
            SeemsV6 = item.Has("pref"),
            SeemsV4 = item.Has("scope"),
        };
        foreach (var metrics in item["metrics"].Items)
        {
            route.Mtu = metrics["mtu"].Number ?? route.Mtu;
            route.AdvertisedMss = metrics["advmss"].Number ?? route.AdvertisedMss;
        }

        foreach (var hop in item["nexthops"].Items)
        {
            route.Hops.Add(new RouteHop(hop.Line, Gateway(hop), hop["dev"].Text));
        }

        return route;
    }

    // An IPv6 next hop of an IPv4 route: "via":{"family":"inet6","host":"fe80::1"}
    private static System.Net.IPAddress? Gateway(JsonItem item) => AddressText.Address(item["gateway"].Text ?? item["via"]["host"].Text);
}
