using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Paths;

namespace Whydrop.Journeys.Proxies;

/// <summary>
/// Two connections that a proxy may have made of one: the second begins where the first ends, within its time, ends with it, and carries about as many bytes. Their packets have nothing in common,
/// so it stays a suspicion, and is told only where no third connection would fit as well.
/// </summary>
/// <param name="owners">Whose an address is.</param>
internal sealed class ProxySuspicion(AddressOwners owners)
{
    /// <summary>A proxy lets go of one side this long after the other at the most: it passes on the end, it does not wait for a time-out.</summary>
    private const long LongestParting = 1_000_000_000;

    /// <summary>Smaller ones are alike by chance.</summary>
    private const long FewestBytes = 1_000;

    /// <summary>Comparisons at one host; beyond, connections overlap too much to be told apart.</summary>
    private const long MostComparisons = 4_000_000;

    /// <summary>Tells of all connections of the case.</summary>
    /// <param name="connections">Each with its sightings.</param>
    public IEnumerable<ProxiedConnection> Among(IReadOnlyCollection<Sighting[]> connections)
    {
        var ending = Ends(connections, c => c.Server);
        var beginning = Ends(connections, c => c.Client);
        foreach (var host in ending.Keys.Where(beginning.ContainsKey).OrderBy(h => h.ToString(), StringComparer.Ordinal))
        {
            foreach (var (first, second) in Pairs(ending[host], beginning[host]))
            {
                var (bytes, other) = Larger(first, second);
                yield return new ProxiedConnection(host, first.From, first.Capture, first.Flow, second.Capture, second.Flow, second.First - first.First, bytes, other);
            }
        }
    }

    /// <summary>Connections by the host that holds one of their ends, as the capture there saw them.</summary>
    private Dictionary<VantagePoint, List<TcpFlow>> Ends(IEnumerable<Sighting[]> connections, Func<TcpFlow, IPEndPoint> end)
    {
        var found = new Dictionary<VantagePoint, List<TcpFlow>>();
        foreach (var connection in connections)
        {
            if (AtEnd(connection, end) is { } flow)
            {
                (found.TryGetValue(flow.At.Stack, out var list) ? list : found[flow.At.Stack] = []).Add(flow);
            }
        }

        return found;
    }

    private TcpFlow? AtEnd(Sighting[] connection, Func<TcpFlow, IPEndPoint> end)
    {
        for (var i = 0; i < connection.Length && !owners.IsEmpty; i++)
        {
            if (connection[i].At.Node is not null && connection[i].Flow is { Synchronised: true } flow && owners.Of(end(flow).Address)?.Stack == flow.At.Stack)
            {
                return flow;
            }
        }

        return null;
    }

    private static IEnumerable<(TcpFlow First, TcpFlow Second)> Pairs(List<TcpFlow> ending, List<TcpFlow> beginning)
    {
        TcpFlow[] byTime = [.. beginning.OrderBy(f => f.First)];
        var starts = Array.ConvertAll(byTime, f => f.First);
        var fitting = new List<(TcpFlow First, TcpFlow Second)>();
        var left = MostComparisons;
        foreach (var first in ending)
        {
            var from = Array.BinarySearch(starts, first.First);
            for (var i = from < 0 ? ~from : from; i < byTime.Length && starts[i] <= first.Last; i++)
            {
                if (--left < 0)
                {
                    return [];
                }

                if (Fits(first, byTime[i]))
                {
                    fitting.Add((first, byTime[i]));
                }
            }
        }

        var (firsts, seconds) = (fitting.CountBy(f => f.First).ToDictionary(), fitting.CountBy(f => f.Second).ToDictionary());
        return fitting.Where(f => firsts[f.First] == 1 && seconds[f.Second] == 1);
    }

    private static bool Fits(TcpFlow first, TcpFlow second)
    {
        if ((first.Capture, first.Flow) == (second.Capture, second.Flow) || Math.Abs(second.Last.UnixNanoseconds - first.Last.UnixNanoseconds) > LongestParting)
        {
            return false;
        }

        // What a proxy adds (header fields, records of TLS) is little of what it passes on.
        var (bytes, other) = Larger(first, second);
        return Math.Min(bytes, other) >= FewestBytes && Math.Abs(bytes - other) * 10 <= Math.Max(bytes, other);
    }

    private static (long First, long Second) Larger(TcpFlow first, TcpFlow second) =>
        first.FromClient.UniqueBytes > first.FromServer.UniqueBytes
            ? (first.FromClient.UniqueBytes, second.FromClient.UniqueBytes)
            : (first.FromServer.UniqueBytes, second.FromServer.UniqueBytes);
}
