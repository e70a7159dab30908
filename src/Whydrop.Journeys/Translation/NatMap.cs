using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Translation;

/// <summary>What connection tracking tables and the cluster's objects say of translations, held against what the packets show.</summary>
internal sealed class NatMap
{
    /// <summary>Translations in a row: load balancer, node port, Service, masquerade.</summary>
    private const int MostSteps = 4;

    private readonly ILookup<(IPEndPoint Client, IPEndPoint Server), ConntrackEntry> tracked;
    private readonly Dictionary<IPEndPoint, ClusterService> services = [];
    private readonly ILookup<(string? Namespace, string Service), ServiceEndpoint> endpoints;

    /// <summary>Sorts what was said.</summary>
    public NatMap(FactSet facts)
    {
        tracked = facts.Of<ConntrackEntry>().Where(e => e.Protocol == "tcp").ToLookup(e => (e.Source, e.Destination));
        endpoints = facts.Of<ServiceEndpoint>().ToLookup(e => (e.Namespace, e.Service));
        var nodes = facts.Of<ClusterNode>().SelectMany(n => n.Addresses).ToArray();
        foreach (var service in facts.Of<ClusterService>())
        {
            foreach (var port in service.Ports.Where(p => p.Protocol == "TCP"))
            {
                var ends = service.Addresses.Concat(service.ExternalAddresses).Select(a => new IPEndPoint(a, port.Port))
                    .Concat(port.NodePort is { } nodePort ? nodes.Select(n => new IPEndPoint(n, nodePort)) : []);
                foreach (var end in ends)
                {
                    services[end] = service;
                }
            }
        }
    }

    /// <summary>Nothing was said.</summary>
    public bool IsEmpty => tracked.Count == 0 && services.Count == 0;

    /// <summary>Where a connection went another way than is said; at most one of each source.</summary>
    /// <param name="chain">Its sightings from the client to the server.</param>
    public IEnumerable<TranslationContradiction> Contradictions(Connection connection, Sighting[] chain)
    {
        if (chain.Length < 2 || IsEmpty)
        {
            yield break;
        }

        var ends = chain.Select(s => (Sighting: s, Client: connection.IsSwapped(s) ? s.Flow.Server : s.Flow.Client, Server: connection.IsSwapped(s) ? s.Flow.Client : s.Flow.Server)).ToArray();
        var (first, last) = (ends[0], ends[^1]);
        var before = Array.Find(ends, e => Changing((e.Client, e.Server)).Any());
        var after = before.Sighting is null ? default : Array.FindLast(ends, e => !(e.Client.Equals(before.Client) && e.Server.Equals(before.Server)));
        if (after.Sighting is not null && Array.IndexOf(ends, after) > Array.IndexOf(ends, before) && !Reaches((before.Client, before.Server), (after.Client, after.Server)))
        {
            var entry = Changing((before.Client, before.Server)).First();
            yield return Of(
                entry, before, after,
                $"connection tracking of {entry.At} says that {entry.Source} to {entry.Destination} becomes {entry.ReplyDestination} to {entry.ReplySource}");
        }

        if (!first.Server.Equals(last.Server) && services.TryGetValue(first.Server, out var service) && !services.ContainsKey(last.Server)
            && endpoints[(service.Namespace, service.Name)].ToArray() is { Length: > 0 } listed && !Array.Exists(listed, e => e.Address.Equals(last.Server.Address)))
        {
            yield return Of(
                service, first, last,
                $"Service {(service.Namespace is { } space ? space + "/" : "")}{service.Name} has the endpoints {string.Join(", ", listed.Select(e => e.Address).Distinct().Take(8))}{(listed.Length > 8 ? ", …" : "")}");
        }
    }

    /// <summary>Entries that say a connection becomes another.</summary>
    private IEnumerable<ConntrackEntry> Changing((IPEndPoint Client, IPEndPoint Server) ends) =>
        tracked[ends].Where(e => !e.ReplyDestination.Equals(e.Source) || !e.ReplySource.Equals(e.Destination));

    /// <summary>Some entries in a row lead there. Between two hooks of one kernel a packet wears one half of its new addresses.</summary>
    private bool Reaches((IPEndPoint Client, IPEndPoint Server) from, (IPEndPoint Client, IPEndPoint Server) to)
    {
        var open = new List<(IPEndPoint Client, IPEndPoint Server)> { from };
        for (var step = 0; step < MostSteps && open.Count > 0; step++)
        {
            var next = new List<(IPEndPoint Client, IPEndPoint Server)>();
            foreach (var ends in open)
            {
                foreach (var entry in Changing(ends))
                {
                    var (client, server) = (entry.ReplyDestination, entry.ReplySource);
                    if ((to.Client.Equals(client) || to.Client.Equals(ends.Client)) && (to.Server.Equals(server) || to.Server.Equals(ends.Server)))
                    {
                        return true;
                    }

                    next.Add((client, server));
                }
            }

            open = next;
        }

        return false;
    }

    private static TranslationContradiction Of(
        Fact said, (Sighting Sighting, IPEndPoint Client, IPEndPoint Server) before, (Sighting Sighting, IPEndPoint Client, IPEndPoint Server) after, string text) => new(
        said.At, said.From, before.Sighting.Capture, before.Sighting.FlowNumber, after.Sighting.Capture, after.Sighting.FlowNumber, before.Client, before.Server,
        after.Client, after.Server, text);
}
