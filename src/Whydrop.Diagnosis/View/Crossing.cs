using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>One direction of a connection on its way from one place to the next, and whether any packet of it came there.</summary>
/// <param name="Direction">The connection and direction.</param>
/// <param name="From">Source where it was last seen.</param>
/// <param name="To">Destination there.</param>
/// <param name="ServicePort">Port of its server there.</param>
/// <param name="Encapsulation">Tunnel headers it wears there; null when plain.</param>
/// <param name="Began">Its first packet where it was last seen.</param>
/// <param name="Passed">The next place saw packets of it, or its other end answered some.</param>
/// <param name="Evidence">Its first frame where it was last seen, and at the next place.</param>
internal sealed record Crossing(DirectionKey Direction, IPEndPoint From, IPEndPoint To, int ServicePort, string? Encapsulation, Timestamp Began, bool Passed, IReadOnlyList<Provenance> Evidence)
{
    /// <summary>Every connection that went from where packets vanished towards the place that misses them, while they vanished.</summary>
    internal static IReadOnlyList<Crossing> All(CaseView view, Vanishing gone)
    {
        var vanished = gone.Directions;
        var (first, last) = gone.Span;
        var found = new List<Crossing>();
        foreach (var trail in view.Trails)
        {
            var near = trail.Flows.LastOrDefault(f => f.At == gone.Seen);
            var far = gone.Missing is null ? null : trail.Flows.FirstOrDefault(f => f.At == gone.Missing);
            var own = vanished.Contains(trail.ToServer) ? trail.ToServer : vanished.Contains(trail.ToClient) ? trail.ToClient : (DirectionKey?)null;
            if (near is null || (own is null && (far is null || far.First > last || far.Last < first)))
            {
                continue;
            }

            var toServer = own is { } o ? o == trail.ToServer : Index(trail, near) < Index(trail, far!);
            var (from, to) = toServer ? (near.Client, near.Server) : (near.Server, near.Client);
            var passed = (far is not null && Sent(toServer ? far.FromClient : far.FromServer)) || Answered(near, toServer);
            if (passed || own is not null)
            {
                found.Add(new Crossing(toServer ? trail.ToServer : trail.ToClient, from, to, near.Server.Port, near.Encapsulation, near.First, passed, far is null ? [near.From] : [near.From, far.From]));
            }
        }

        return found;
    }

    /// <summary>The other end acknowledged bytes of it, or its SYN.</summary>
    private static bool Answered(TcpFlow near, bool toServer) => toServer ? near.FromClient.LargestDelivered > 0 || near.FromServer.InitialSequence is not null : near.FromServer.LargestDelivered > 0;

    private static int Index(ConnectionTrail trail, TcpFlow flow) => trail.Flows.Index().First(f => ReferenceEquals(f.Item, flow)).Index;

    private static bool Sent(TcpSender sender) => sender.InitialSequence is not null || sender.Segments > 0 || sender.Fin || sender.ResetFrame is not null;
}
