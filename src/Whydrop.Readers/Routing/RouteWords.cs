using System.Net;
using System.Net.Sockets;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>The words of one route as iproute2 prints them (ip/iproute.c print_route).</summary>
internal static class RouteWords
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve",
    };

    private static readonly HashSet<string> AfterDestination = new(StringComparer.Ordinal)
    {
        "via", "dev", "from", "proto", "nhid", "scope", "encap", "src", "table", "metric", "tos", "dsfield", "mtu", "onlink", "linkdown", "realm", "error", "cache", "uid",
    };

    /// <summary>Whether a line is the first line of a route.</summary>
    public static bool Begins(string line)
    {
        if (line.Length < 7 || char.IsWhiteSpace(line[0]))
        {
            return false;
        }

        var first = line[0];
        if (!char.IsAsciiHexDigit(first) && first != ':' && !char.IsAsciiLetterLower(first))
        {
            return false;
        }

        var words = new Words(line.Length > 400 ? line[..400] : line);
        var at = Types.Contains(words[0]) && words.Count > 1 ? 1 : 0;
        if (words[at] != "default" && AddressText.Prefix(words[at]) is null)
        {
            return false;
        }

        if (at + 1 == words.Count)
        {
            return at == 1 || words[0] == "default" || words[0].Contains('/');
        }

        return AfterDestination.Contains(words[at + 1]) && (at + 2 < words.Count || words[at + 1] is "onlink" or "linkdown" or "cache") && !Neighbours.NeighbourStates.Contains(words.Last) && !words.Has("lladdr") && words.Last != "proxy";
    }

    public static RouteDraft? Parse(Words words, int line)
    {
        var route = new RouteDraft(line);
        var at = 0;
        if (Types.Contains(words[0]))
        {
            route.Type = words[0];
            at = 1;
        }

        if (words[at] != "default")
        {
            if (AddressText.Network(words[at]) is not { } destination)
            {
                return null;
            }

            route.Destination = destination;
        }

        Attributes(route, words, at + 1);
        return route;
    }

    public static RouteHop ParseHop(Words words, int line)
    {
        var via = words.IndexOf("via");
        var text = words[via + 1] is "inet" or "inet6" ? words[via + 2] : words[via + 1];
        return new RouteHop(line, via < 0 ? null : AddressText.Address(text), words.After("dev"));
    }

    /// <summary>Reads attributes from a word on; those that do not matter here are passed over with their value.</summary>
    public static void Attributes(RouteDraft route, Words words, int from)
    {
        for (var i = from; i < words.Count; i++)
        {
            var value = words[i + 1];
            switch (words[i])
            {
                case "via":
                    i += value is "inet" or "inet6" ? 2 : 1;
                    route.Via = AddressText.Address(words[i]);
                    route.IsV4OverV6 |= value == "inet6";
                    break;
                case "dev":
                    route.Device = words[++i] is { Length: > 0 } device ? device : null;
                    break;
                case "table":
                    route.Table = words[++i] is { Length: > 0 } table ? table : null;
                    break;
                case "src":
                    route.Source = AddressText.Address(words[++i]);
                    break;
                case "metric":
                    route.Metric = Small(words[++i]);
                    break;
                case "mtu":
                    i += value == "lock" ? 2 : 1;
                    route.MtuLocked |= value == "lock";
                    route.Mtu = Small(words[i]) ?? route.Mtu;
                    break;
                case "advmss":
                    i += value == "lock" ? 2 : 1;
                    route.AdvertisedMss = Small(words[i]);
                    break;
                case "cache":
                    route.Cached = true;
                    break;
                case "proto":
                    route.IsAdvertised = value == "ra";
                    i++;
                    break;
                case "expires":
                    route.Expires = true;
                    i++;
                    break;
                case "pref":
                    route.SeemsV6 = true;
                    i++;
                    break;
                case "error":
                    // "error -101" behind unreachable routes is only printed for IPv6 (rta_cacheinfo.rta_error).
                    route.SeemsV6 |= value.StartsWith('-');
                    i++;
                    break;
                case "scope":
                    route.SeemsV4 = true;
                    i++;
                    break;
                case "encap":
                    i = EndOfEncapsulation(words, i);
                    break;
                case "protocol" or "from" or "iif" or "nhid" or "tos" or "dsfield" or "weight" or "mark" or "uid" or "users" or "age":
                    i++;
                    break;
                default:
                    break;
            }
        }
    }

    // "encap ip id 5 src 0.0.0.0 dst 10.0.0.1 ttl 0 tos 0 via … dev …": its src and dst are not the route's.
    private static int EndOfEncapsulation(Words words, int encap)
    {
        var end = encap + 1;
        while (end < words.Count && words[end] is not ("via" or "dev"))
        {
            end++;
        }

        return end - 1;
    }

    private static int? Small(string word) => Words.Number(word) is { } n and >= 0 and <= int.MaxValue ? (int)n : null;
}
