using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Cluster;

namespace Whydrop.Case.Reading;

/// <summary>Says so when the complaint names a connection from one end to another, and the packets show somebody between them who takes the connections of the one and asks the other himself.</summary>
internal static class ChainCheck
{
    public static IEnumerable<Gap> Run(Complaint? complaint, IReadOnlyList<Fact> facts)
    {
        if (Ends(complaint?.Flow) is not var (client, server))
        {
            yield break;
        }

        var flows = facts.OfType<TcpFlow>().Where(f => f is { FromClient.InitialSequence: not null, FromServer.InitialSequence: not null }).ToList();
        var asked = flows.Where(f => f.Client.Address.Equals(client)).ToList();
        if (asked.Exists(f => f.Server.Address.Equals(server)))
        {
            yield break;
        }

        // Translation changes addresses and leaves sequence numbers: that is one connection. A proxy chooses its own.
        var numbers = asked.Select(f => f.FromClient.InitialSequence).ToHashSet();
        var onwards = flows.Where(f => f.Server.Address.Equals(server) && !numbers.Contains(f.FromClient.InitialSequence)).ToList();
        foreach (var between in asked.Select(f => f.Server.Address).Distinct())
        {
            // While it served the one it opened a connection to the other, by the clock of one capture.
            var opened = onwards.Find(o => o.Client.Address.Equals(between) && asked.Exists(a => a.Server.Address.Equals(between) && a.Capture == o.Capture && a.First <= o.First && o.First <= a.Last));
            if (opened is not null)
            {
                yield return new Gap(
                    opened.At, opened.From, GapKind.Malformed,
                    $"case.yaml names a connection from {client} to {server}, the packets show a chain: {Named(client, facts)} → {Named(between, facts)} → {Named(server, facts)}; {between} takes the connections of {client} and opens its own to {opened.Server}");
            }
        }
    }

    private static (IPAddress Client, IPAddress Server)? Ends(string? flow)
    {
        var ends = (flow ?? "").Split(['>', '→'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Address).OfType<IPAddress>().ToArray();
        return ends is [var client, var server] ? (client, server) : null;
    }

    private static IPAddress? Address(string end) => IPAddress.TryParse(end, out var address) ? address : IPEndPoint.TryParse(end, out var point) ? point.Address : null;

    private static string Named(IPAddress address, IReadOnlyList<Fact> facts) =>
        facts.OfType<Pod>().Where(p => p.HostNetwork is not true && p.Addresses.Contains(address)).Take(2).ToArray() is [var pod] ? $"{address} (p/{pod.Namespace ?? "?"}/{pod.Name})" : address.ToString();
}
