using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>Two sightings of one connection.</summary>
/// <param name="Near">The one nearer to the client.</param>
/// <param name="Swapped">What one calls the client the other calls the server.</param>
/// <param name="ClientShift">Client's sequence number at the far place minus that at the near one.</param>
/// <param name="ServerShift">The same for the server.</param>
internal sealed record SightingLink(FlowKey Near, FlowKey Far, bool Swapped, uint ClientShift, uint ServerShift)
{
    internal static SightingLink Of(FlowPairing p) => new(
        new FlowKey(p.Capture, p.Flow), new FlowKey(p.OtherCapture, p.OtherFlow), p.RolesSwapped, p.ClientSequenceShift, p.ServerSequenceShift);

    /// <summary>
    /// Sightings that need no comparison of segments: both ends chose the same initial sequence numbers (64 bits of chance), or, where a
    /// SYN is missing, two captures show the same addresses and ports at the same time.
    /// </summary>
    internal static IEnumerable<SightingLink> Implied(FactSet facts)
    {
        var flows = facts.Of<TcpFlow>();

        // Twice in one capture, neither or both wrapped: the numbers are not chosen by chance there.
        var unique = flows.Where(HasBoth).GroupBy(f => (f.FromClient.InitialSequence, f.FromServer.InitialSequence))
            .Where(g => g.DistinctBy(f => (f.Capture, f.Encapsulation)).Count() == g.Count()).ToArray();
        foreach (var link in unique.SelectMany(Chain))
        {
            yield return link;
        }

        var joined = unique.Where(g => g.Count() > 1).SelectMany(g => g).ToHashSet();

        // Not answered everywhere: the client's own number (32 bits of chance) and one end by the same name.
        foreach (var link in ByClientNumber([.. flows.Where(f => !joined.Contains(f))], joined))
        {
            yield return link;
        }

        foreach (var same in flows.GroupBy(f => (f.Client, f.Server)))
        {
            foreach (var open in same.Where(f => !joined.Contains(f)))
            {
                var other = same.FirstOrDefault(f => f.Capture != open.Capture && (f.Capture < open.Capture || joined.Contains(f)) && Overlap(f, open) && Agree(f, open));
                if (other is not null)
                {
                    yield return Chain([other, open]).First();
                }
            }
        }
    }

    private static IEnumerable<SightingLink> ByClientNumber(IReadOnlyList<TcpFlow> open, HashSet<TcpFlow> joined)
    {
        var groups = open.Concat(joined).Where(f => f.FromClient.InitialSequence is not null).GroupBy(f => f.FromClient.InitialSequence!.Value)
            .Where(g => g.Count() > 1 && g.DistinctBy(f => (f.Capture, f.Encapsulation)).Count() == g.Count());
        foreach (var group in groups.Where(g => g.Any(f => !joined.Contains(f))).Select(g => g.ToArray()))
        {
            var alike = group.Where(f => Array.Exists(group, o => o != f && Agree(o, f) && (o.Client.Equals(f.Client) || o.Server.Equals(f.Server) || o.Client.Port == f.Client.Port))).ToArray();
            foreach (var link in alike.Length > 1 ? Chain(alike) : [])
            {
                yield return link;
            }

            joined.UnionWith(alike);
        }
    }

    private static bool HasBoth(TcpFlow f) => f is { FromClient.InitialSequence: not null, FromServer.InitialSequence: not null };

    private static bool Overlap(TcpFlow a, TcpFlow b) => a.First <= b.Last && b.First <= a.Last;

    private static bool Agree(TcpFlow a, TcpFlow b) => Same(a.FromClient.InitialSequence, b.FromClient.InitialSequence) && Same(a.FromServer.InitialSequence, b.FromServer.InitialSequence);

    private static bool Same(uint? a, uint? b) => a is null || b is null || a == b;

    /// <summary>From the client on: each router takes one off the client's TTL, and the farther from it, the sooner the SYN-ACK follows the SYN.</summary>
    private static IEnumerable<SightingLink> Chain(IEnumerable<TcpFlow> flows)
    {
        var ordered = flows.OrderByDescending(f => f.FromClient.Ttl).ThenByDescending(f => f.HandshakeRtt).Select(f => new FlowKey(f.Capture, f.Flow)).ToArray();
        return ordered.Zip(ordered.Skip(1), (near, far) => new SightingLink(near, far, false, 0, 0));
    }
}
