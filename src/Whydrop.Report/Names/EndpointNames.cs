using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Cluster;

namespace Whydrop.Report.Names;

/// <summary>
/// Names for addresses from the cluster's objects of the case: "p/namespace/pod", "s/namespace/service:port", "n/node". Addresses are used again: only an object that had
/// the address all the time asked about names it, and only when no other can have had it then. A pod in the node's network shares the node's address and its name.
/// </summary>
internal sealed partial class EndpointNames
{
    private const string NoNamespace = "?";

    private readonly Dictionary<IPAddress, List<AddressOwner>> nodes = [];
    private readonly Dictionary<IPAddress, List<AddressOwner>> pods = [];
    private readonly Dictionary<IPAddress, List<(ClusterService Service, AddressOwner Owner)>> services = [];
    private readonly Timestamp? begin;
    private readonly Timestamp? end;

    private EndpointNames(FactSet facts)
    {
        foreach (var capture in facts.Of<CaptureSummary>())
        {
            begin = capture.First is { } first && !(begin <= first) ? first : begin;
            end = capture.Last is { } last && !(end >= last) ? last : end;
        }

        foreach (var node in facts.Of<ClusterNode>())
        {
            Add(nodes, node.Addresses, new AddressOwner($"n/{node.Name}", null, null, false));
        }

        foreach (var pod in facts.Of<Pod>())
        {
            AddPod(pod);
        }

        foreach (var service in facts.Of<ClusterService>())
        {
            foreach (var address in service.Addresses.Concat(service.ExternalAddresses))
            {
                Bucket(services, address).Add((service, new AddressOwner($"s/{service.Namespace ?? NoNamespace}/{service.Name}", service.Created, null, false)));
            }
        }

        // Of a pod that nobody listed, the endpoint says the name.
        foreach (var endpoint in facts.Of<ServiceEndpoint>())
        {
            if (endpoint.Target?.Split('/') is ["Pod", var space, var name] && !pods.ContainsKey(endpoint.Address) && !nodes.ContainsKey(endpoint.Address))
            {
                Add(pods, [endpoint.Address], new AddressOwner($"p/{space}/{name}", null, null, false));
            }
        }
    }

    /// <summary>Nothing has a name.</summary>
    public static EndpointNames None { get; } = new(new FactSet([]));

    /// <summary>No object of the case has an address.</summary>
    public bool IsEmpty => nodes.Count == 0 && pods.Count == 0 && services.Count == 0;

    /// <summary>The names that the objects of a case give.</summary>
    public static EndpointNames Of(FactSet facts)
    {
        var names = new EndpointNames(facts);
        return names.IsEmpty ? None : names;
    }

    /// <summary>The name at a time; null when no object or more than one can have had the address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="port">The port there; null when not known.</param>
    /// <param name="from">Begin of the period; null when not known.</param>
    /// <param name="to">End of the period; null when not known.</param>
    public string? Name(IPAddress address, int? port, Timestamp? from, Timestamp? to)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var offered = services.GetValueOrDefault(address, []);
        if (port is { } number && Only(offered.Where(s => s.Service.Ports.Any(p => p.Port == number)).Select(s => s.Owner), from, to) is { } service)
        {
            return $"{service}:{number}";
        }

        return nodes.TryGetValue(address, out var owners) ? Only(owners, from, to)
            : pods.TryGetValue(address, out owners) ? Only(owners, from, to) : Only(offered.Select(s => s.Owner), from, to);
    }

    /// <summary>"address:port (name)" at a time, or without a name.</summary>
    public string Text(IPEndPoint endpoint, Timestamp from, Timestamp to) =>
        IsEmpty || Name(endpoint.Address, endpoint.Port, from, to) is not { } name ? endpoint.ToString() : $"{endpoint} ({name})";

    /// <summary>A text with the name behind each address that it mentions, where it stands first. The time is that of the captures.</summary>
    public string In(string text)
    {
        if (IsEmpty)
        {
            return text;
        }

        var named = new HashSet<string>(StringComparer.Ordinal);
        StringBuilder? result = null;
        var copied = 0;
        foreach (Match found in Address().Matches(text))
        {
            var (host, port) = Parts(found.Value);
            if (IPAddress.TryParse(host, out var address) && Name(address, port, begin, end) is { } name && named.Add(name))
            {
                result ??= new StringBuilder();
                result.Append(text, copied, found.Index + found.Length - copied).Append(" (").Append(name).Append(')');
                copied = found.Index + found.Length;
            }
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    private static (string Host, int? Port) Parts(string text)
    {
        var bracket = text.LastIndexOf(']');
        var colon = bracket >= 0 ? text.IndexOf(':', bracket) : text.Contains('.', StringComparison.Ordinal) ? text.IndexOf(':', StringComparison.Ordinal) : -1;
        var port = colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        return ((colon > 0 ? text[..colon] : text).Trim('[', ']'), port);
    }

    // One name, held for the whole period, and nobody else who may have held the address in it.
    private static string? Only(IEnumerable<AddressOwner> owners, Timestamp? from, Timestamp? to)
    {
        var possible = owners.Where(o => o.MayHold(from, to)).ToList();
        return possible.Exists(o => o.Holds(from, to)) && possible.TrueForAll(o => o.Name == possible[0].Name) ? possible[0].Name : null;
    }

    private void AddPod(Pod pod)
    {
        if (pod.HostNetwork == true)
        {
            if (pod.Node is { } node)
            {
                Add(nodes, pod.Addresses, new AddressOwner($"n/{node}", null, null, false));
            }

            return;
        }

        var ended = pod.Phase is "Succeeded" or "Failed" or "Completed" or "Error" or "Evicted" or "OOMKilled" || pod.Deleted is not null;
        var last = pod.Containers.Select(c => c.Ended?.Finished).OfType<Timestamp>().Order().Cast<Timestamp?>().LastOrDefault();
        var owner = new AddressOwner($"p/{pod.Namespace ?? NoNamespace}/{pod.Name}", pod.Started ?? pod.Created, ended ? pod.Deleted ?? last : null, ended);
        Add(pods, pod.Addresses, owner);
    }

    // A listing without namespaces and one with them speak of the same object.
    private static void Add(Dictionary<IPAddress, List<AddressOwner>> all, IReadOnlyList<IPAddress> addresses, AddressOwner owner)
    {
        foreach (var address in addresses)
        {
            var owners = Bucket(all, address);
            var full = owners.Find(o => Same(o.Name, owner.Name));
            if (full is not null && owner.Name.Contains($"/{NoNamespace}/", StringComparison.Ordinal))
            {
                owners.Add(owner with { Name = full.Name });
                continue;
            }

            for (var i = 0; i < owners.Count; i++)
            {
                owners[i] = Same(owner.Name, owners[i].Name) ? owners[i] with { Name = owner.Name } : owners[i];
            }

            owners.Add(owner);
        }

        static bool Same(string name, string other) =>
            other.Contains($"/{NoNamespace}/", StringComparison.Ordinal) ^ name.Contains($"/{NoNamespace}/", StringComparison.Ordinal)
            && name[(name.LastIndexOf('/') + 1)..] == other[(other.LastIndexOf('/') + 1)..];
    }

    private static List<T> Bucket<T>(Dictionary<IPAddress, List<T>> all, IPAddress address) => all.TryGetValue(address, out var list) ? list : all[address] = [];

    // IPv4 with or without port, IPv6 bare or in brackets with port; no prefix, no part of a longer word. What is no address is sorted out by parsing.
    [GeneratedRegex(@"(?<![\w.:/\[-])(?:(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w/]|\.\d|:\d)|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?(?!\w)|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w/:]))", RegexOptions.ExplicitCapture)]
    private static partial Regex Address();
}
