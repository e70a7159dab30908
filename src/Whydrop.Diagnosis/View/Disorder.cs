using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Data that came in another order, or more often, at one place than at the place before it on its way.</summary>
/// <param name="before">The last place where it was as sent; null when none was captured.</param>
/// <param name="at">The first place where it was not; null when only its sender shows that it was.</param>
/// <param name="odd">The transmissions concerned, as seen at <paramref name="at"/>.</param>
/// <param name="directions">Directions of connections concerned.</param>
/// <param name="leaves">They left their host by the device of <paramref name="before"/>; else another of its devices lies behind it.</param>
internal sealed class Disorder(
    CaseView view, VantagePoint? before, VantagePoint? at, IReadOnlyList<SegmentFate> odd, IReadOnlySet<DirectionKey> directions, bool leaves)
    : Hypothesis(view, before is null || at is null ? Scope.Unplaced : Scope.Of(leaves ? before : before.Stack))
{
    internal VantagePoint? Before { get; } = before;

    internal VantagePoint? At { get; } = at;

    internal IReadOnlyList<SegmentFate> Odd { get; } = odd;

    internal IReadOnlySet<DirectionKey> Directions { get; } = directions;

    internal override bool Placed => Before is not null && At is not null;

    /// <summary>
    /// Data that its sender took for lost with reason although the network lost none: it came late there and nobody told the sender, or it came so late that the
    /// receiver refused it as older than what it had (PAWS, RFC 7323 5).
    /// </summary>
    internal override IReadOnlyList<Loss> Losses => losses ??= FindLosses();

    private IReadOnlyList<Loss>? losses;

    /// <summary>Bytes of these directions that were sent again although the first transmission arrived, as the sighting nearest to the sender says.</summary>
    internal IReadOnlyList<SegmentFate> Needless { get; } = [.. directions.SelectMany(d => FatesAt(view, view.Connections.NearestToSender(d), d)).Where(f => f.Fate == Fate.RetransmittedNeedlessly)];

    /// <summary>Of these, those that were themselves among what came late, or that duplicate acknowledgments asked for; a probe of the tail (RFC 8985, 7) is neither.</summary>
    internal IReadOnlyList<SegmentFate> NeedlessOfLate => needlessOfLate ??= Odd.Count == 0 ? Needless
        : [.. Needless.Where(f => f.Recovery == Recovery.FastRetransmit || Late.Contains(KeyOf(f)))];

    private IReadOnlyList<SegmentFate>? needlessOfLate;

    /// <summary>What these directions truly lost.</summary>
    internal int TrulyLost => View.Losses.Count(l => Directions.Contains(l.Direction));

    private IReadOnlyList<Loss> FindLosses()
    {
        var refused = Late.Count == 0 ? [] : ReceiverLosses.Find(View).Where(r => View.Delta(r.At, "TcpExt.PAWSEstab") is { } paws && paws.Delta >= r.Losses.Count)
            .SelectMany(r => r.Losses).ToHashSet(ReferenceEqualityComparer.Instance);
        return
        [
            .. View.Losses.Where(l => Directions.Contains(l.Direction)
                && (refused.Contains(l) || Late.Contains(KeyOf(l.Fate)))),
        ];
    }

    private HashSet<(DirectionKey, uint)> Late => late ??= [.. Odd.Where(f => f.Fate == Fate.Reordered).Select(KeyOf)];

    private HashSet<(DirectionKey, uint)>? late;

    private (DirectionKey, uint) KeyOf(SegmentFate f) => View.ControlKey(new FlowKey(f.Capture, f.Flow), f.FromClient, f.Sequence);

    /// <summary>"between a and b", "before b", "somewhere on the way".</summary>
    internal string Place => (Before, At) switch
    {
        ({ } b, { } a) => $"between {b} and {a}",
        (null, { } a) => $"before {a}",
        _ => "somewhere on the way",
    };

    /// <summary>Groups by places what happened to transmissions on their way: the first sighting from the sender that shows it, and the one before.</summary>
    internal static IEnumerable<Disorder> Find(CaseView view, Fate kind)
    {
        var found = new List<(VantagePoint? Before, VantagePoint At, DirectionKey Direction, IReadOnlyList<SegmentFate> Odd, bool Leaves)>();
        foreach (var trail in view.Trails.Where(t => t.Flows.Count > 0))
        {
            foreach (var direction in new[] { trail.ToServer, trail.ToClient })
            {
                TcpFlow? before = null;
                foreach (var flow in direction == trail.ToServer ? trail.Flows : trail.Flows.Reverse())
                {
                    var key = new FlowKey(flow.Capture, flow.Flow);
                    var odd = FatesAt(view, key, direction).Where(f => f.Fate == kind).ToArray();
                    if (odd.Length == 0 && kind == Fate.Duplicated && before is not null && SentOnce(view, before, key, direction))
                    {
                        // Without an IP identification a copy looks like a repetition; nobody sent one.
                        odd = [.. FatesAt(view, key, direction).Where(f => f.Fate == Fate.RetransmittedNeedlessly)];
                    }

                    if (odd.Length > 0)
                    {
                        // Of two that are no neighbours a third one between them may have been in disorder already.
                        var next = before is not null && view.Connections.AreNeighbours(new FlowKey(before.Capture, before.Flow), key);
                        found.Add((next ? before!.At : null, flow.At, direction, odd, next && Leaves(view, trail, before!, flow, direction == trail.ToServer)));
                        break;
                    }

                    before = flow;
                }
            }
        }

        return found.GroupBy(f => (f.Before, f.At)).Select(g => new Disorder(view, g.Key.Before, g.Key.At, [.. g.SelectMany(f => f.Odd)], g.Select(f => f.Direction).ToHashSet(), g.Any(f => f.Leaves)))
            .OrderByDescending(d => d.Odd.Count);
    }

    /// <summary>The device before is the one by which they leave their host: they wear the tunnel's headers there, its table says so, or they came in by another of its devices.</summary>
    private static bool Leaves(CaseView view, ConnectionTrail trail, TcpFlow before, TcpFlow next, bool toServer) => before.At.Stack == next.At.Stack || before.Encapsulation is not null
        || (view.Devices.Egress(before.At.Stack, (toServer ? before.Server : before.Client).Address) is { } egress ? egress.At == before.At && !Encapsulation.IsTunnel(egress)
            : next.Encapsulation is null && trail.Flows.Any(f => f.At.Stack == before.At.Stack && f.At != before.At));

    /// <summary>
    /// A whole capture at the place next before saw every byte of that direction once. With an identification what was repeated may be another datagram that came another way, unless
    /// the sender repeated nothing before the first router.
    /// </summary>
    private static bool SentOnce(CaseView view, TcpFlow before, FlowKey key, DirectionKey direction)
    {
        var near = new FlowKey(before.Capture, before.Flow);
        return (before.Client.AddressFamily == AddressFamily.InterNetworkV6 || AtSource(view, view.Connections.NearestToSender(direction), direction))
            && view.Connections.AreNeighbours(near, key) && view.Capture(before.Capture) is { Complete: true, KernelDrops: 0 or null }
            && view.Sender(near, view.Connections.FromClient(near, direction)) is { Retransmissions: 0 };
    }

    /// <summary>No router had taken one off the TTL there, and nothing was sent again.</summary>
    private static bool AtSource(CaseView view, FlowKey nearest, DirectionKey direction) =>
        view.Sender(nearest, view.Connections.FromClient(nearest, direction)) is { Retransmissions: 0, Ttl: 64 or 128 or 255 };

    /// <summary>Details of one direction as one sighting tells them.</summary>
    internal static IEnumerable<SegmentFate> FatesAt(CaseView view, FlowKey key, DirectionKey direction) =>
        view.Fates(key, view.Connections.FromClient(key, direction));
}
