using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds every RST of a case, each once.</summary>
internal sealed class Resets
{
    private readonly CaseView view;
    private readonly ILookup<(FlowKey Key, bool FromClient), ControlSegment> fins;
    private readonly ILookup<(FlowKey Key, Provenance? Frame), Pause> endedPauses;
    private readonly ILookup<FlowKey, Pause> pauses;
    private readonly ILookup<(FlowKey Key, bool FromClient), SegmentFate> undelivered;
    private readonly ILookup<(DirectionKey Direction, uint Sequence), ControlBirth> births;
    private readonly ILookup<(int Capture, System.Net.IPAddress Address), int> usualTtls;

    private readonly HashSet<int> losing;
    private readonly Dictionary<(int Capture, System.Net.IPAddress Client), (Timestamp Last, int Connections)> opened;
    private readonly HashSet<int> told;

    private Resets(CaseView view)
    {
        this.view = view;
        opened = view.Facts.Of<TcpFlow>().GroupBy(f => (f.Capture, f.Client.Address)).ToDictionary(g => g.Key, g => (g.Max(f => f.First), g.Count()));
        losing = [.. view.Losses.Where(l => l.Fate.NeverDelivered).Select(l => l.Direction.Connection)];
        var listed = view.Facts.Of<SegmentFate>().Where(f => f.Fate is Fate.LostAfter or Fate.LostBefore).GroupBy(f => f.Capture).ToDictionary(g => g.Key, g => g.LongCount());
        told = [.. view.Facts.Of<FateTally>().GroupBy(t => t.Capture)
            .Where(g => g.Where(t => t.Fate is Fate.LostAfter or Fate.LostBefore).Sum(t => t.Segments) <= listed.GetValueOrDefault(g.Key)).Select(g => g.Key)];
        fins = view.Facts.Of<ControlSegment>().Where(c => c.Kind == ControlKind.Fin).ToLookup(c => (new FlowKey(c.Capture, c.Flow), c.FromClient));
        pauses = view.Facts.Of<Pause>().ToLookup(p => new FlowKey(p.Capture, p.Flow));
        endedPauses = view.Facts.Of<Pause>().Where(p => p.EndedBy == PauseEnd.Reset).ToLookup(p => (new FlowKey(p.Capture, p.Flow), p.EndFrame));
        undelivered = view.Facts.Of<SegmentFate>().Where(f => f.NeverDelivered).ToLookup(f => (new FlowKey(f.Capture, f.Flow), f.FromClient));
        births = view.Facts.Of<ControlBirth>().Where(b => b.Kind == ControlKind.Reset).ToLookup(b => view.ControlKey(new FlowKey(b.Capture, b.Flow), b.FromClient, b.Sequence));
        usualTtls = view.Facts.Of<TcpFlow>().SelectMany(f => new[] { (f.Capture, f.Client.Address, f.FromClient), (f.Capture, f.Server.Address, f.FromServer) })
            .Where(s => s.Item3 is { InitialSequence: not null, Ttl: not null, ResetFrame: null })
            .ToLookup(s => (s.Capture, s.Address), s => s.Item3.Ttl!.Value);
    }

    internal static IReadOnlyList<ConnectionReset> Find(CaseView view)
    {
        var segments = view.Facts.Of<ControlSegment>().Where(c => c.Kind == ControlKind.Reset).ToArray();
        if (segments.Length == 0)
        {
            return [];
        }

        var resets = new Resets(view);
        var found = segments
            .Select(c => (Segment: c, Key: view.ControlKey(new FlowKey(c.Capture, c.Flow), c.FromClient, c.Sequence)))
            .Where(c => c.Key.Direction.Connection >= 0 && view.Trails[c.Key.Direction.Connection].Flows.Count > 0)
            .GroupBy(c => (c.Key.Direction, c.Key.Sequence, c.Segment.Acknowledgment == 0))
            .SelectMany(g => resets.Each(g.Key.Direction, g.Key.Sequence, [.. g.Select(c => c.Segment)]))
            .ToArray();

        // The first as the capture saw them that is nearest to whoever was reset first: the other end's own come later there.
        return
        [
            .. found.GroupBy(r => r.Direction.Connection)
                .SelectMany(g => g.OrderBy(r => r.Sightings.Min(s => s.Seen)).Select((r, i) => r with { First = i == 0 })),
        ];
    }

    /// <summary>
    /// RSTs of one number, with or without acknowledgment: the nth at one place is the nth at another, but for those that were born between the two. What is born at a
    /// place goes on from there, in the order in which it passed it.
    /// </summary>
    private IEnumerable<ConnectionReset> Each(DirectionKey direction, uint sequence, ControlSegment[] segments)
    {
        var order = view.Connections.FromSender(direction).Select((k, i) => (k, i)).ToDictionary(p => p.k, p => p.i);
        var numbers = segments.GroupBy(s => (s.Capture, s.Flow)).SelectMany(g => g.OrderBy(s => s.Transmission).Select((s, i) => (s, Number: i + 1))).ToDictionary(p => p.s, p => p.Number);
        var born = births[(direction, sequence)].Where(b => b.AbsenceProven).Select(b => (Birth: b, Place: order[new FlowKey(b.Capture, b.Flow)],
                Number: Array.Find(segments, s => IsOf(s, b)) is { } own ? numbers[own] : (int?)null))
            .OrderByDescending(b => b.Place).ThenByDescending(b => b.Number).ToArray();
        (ControlBirth? Birth, int Number) Origin(ControlSegment segment)
        {
            var (place, number) = (order[new FlowKey(segment.Capture, segment.Flow)], numbers[segment]);
            foreach (var b in born.Where(b => b.Place <= place))
            {
                if (number == b.Number)
                {
                    return (b.Birth, 1);
                }

                number -= number > b.Number ? 1 : 0;
            }

            return (null, number);
        }

        var doubtful = births[(direction, sequence)].Where(b => !b.AbsenceProven).ToArray();
        return segments.GroupBy(Origin).Select(g => Of(direction, order, [.. g], g.Key.Birth ?? Array.Find(doubtful, b => g.Any(s => IsOf(s, b)))));
    }

    private static bool IsOf(ControlSegment segment, ControlBirth birth) => segment.Capture == birth.Capture && segment.Flow == birth.Flow && segment.From.Frame == birth.From.Frame;

    private ConnectionReset Of(DirectionKey direction, Dictionary<FlowKey, int> order, ControlSegment[] segments, ControlBirth? birth)
    {
        var sightings = segments.GroupBy(s => new FlowKey(s.Capture, s.Flow)).OrderBy(g => order[g.Key]).Select(g => g.First()).ToArray();
        var trail = view.Trails[direction.Connection];
        var fromClient = direction == trail.ToServer;
        var first = sightings[0];
        var key = new FlowKey(first.Capture, first.Flow);
        var flow = view.Flow(key) ?? trail.Flows[0];
        var (own, peer) = first.FromClient ? (flow.FromClient, flow.FromServer) : (flow.FromServer, flow.FromClient);
        var pause = sightings.SelectMany(s => endedPauses[(new FlowKey(s.Capture, s.Flow), s.From)]).FirstOrDefault();
        var phase = Phase(trail, first, key, fromClient, own, peer);
        var notTaken = NotTaken(first, peer, undelivered[(key, !first.FromClient)], fins[(key, first.FromClient)].FirstOrDefault(f => f.Seen <= first.Seen));
        // A hole below its number that the receiver has not acknowledged either: its sender had sent more than ever came here.
        var lost = losing.Contains(direction.Connection) || undelivered[(key, first.FromClient)].Any(f => f.Fate == Fate.NotCaptured);
        // What a place saw under another name of the connection it did see.
        birth = Array.Exists(sightings, s => s.At == birth?.NotSeenAt) ? null : birth;
        var usual = sightings.Select(s => (s.Ttl, Usual: Usual(s))).Where(t => t.Usual.Count > 0).ToArray();
        return new ConnectionReset(direction, fromClient, sightings, phase)
        {
            Sender = first.FromClient ? flow.Client : flow.Server,
            Receiver = first.FromClient ? flow.Server : flow.Client,
            Birth = birth,
            TtlAgrees = usual.Length == 0 ? Answer.Unknown : Array.TrueForAll(usual, t => t.Usual.Contains(t.Ttl)) ? Answer.Yes : Answer.No,
            UsualTtl = usual.Length == 0 ? null : usual[0].Usual[0],
            LeftSender = Left(trail, fromClient, sightings, birth),
            SenderCounted = CountedBy(trail, fromClient),
            SenderQuit = !opened.TryGetValue((first.Capture, (first.FromClient ? flow.Client : flow.Server).Address), out var of) 
                || (of.Last <= first.Seen && (of.Connections > 1 || !InItsOnlyAnswer(direction.Connection, peer.UniqueBytes, notTaken))),
            Idle = pause?.Duration ?? TimeSpan.Zero,
            Silence = pause,
            NotTaken = notTaken,
            IdleBeforeFin = phase == ResetPhase.AfterOwnFin && notTaken > 0 ? sightings.Select(IdleBeforeFin).FirstOrDefault(i => i is not null) : null,
            NotDelivered = undelivered[(key, first.FromClient)].DistinctBy(f => f.Sequence).Sum(f => (long)f.Length),
            AfterLoss = lost,
            AllArrived = lost ? Answer.No : told.Contains(first.Capture) ? Answer.Yes : Answer.Unknown,
            SentBeyond = phase == ResetPhase.Open ? Beyond(first, own) : 0,
            SentBytes = own.UniqueBytes,
            ReceivedBytes = peer.UniqueBytes,
        };
    }

    private static long Beyond(ControlSegment rst, TcpSender own) =>
        own.InitialSequence is { } initial && (int)(initial + 1 + (uint)own.UniqueBytes - rst.Sequence) is var more && more > 0 && more <= own.UniqueBytes ? more : 0;

    /// <summary>The client had taken a part of the only answer it ever asked for: no load generator, which repeats itself.</summary>
    private bool InItsOnlyAnswer(int connection, long sent, long? notTaken) => notTaken > 0 && notTaken < sent && view.Exchanges(connection) is { NearClient.Exchanges: <= 1 };

    private ResetPhase Phase(ConnectionTrail trail, ControlSegment rst, FlowKey key, bool fromClient, TcpSender own, TcpSender peer)
    {
        var answered = trail.Flows.Any(f => f.FromServer.InitialSequence is not null);
        if (!fromClient && !answered && peer.InitialSequence is { } syn && rst.Acknowledgment == syn + 1)
        {
            return ResetPhase.Refusal;
        }

        var opening = trail.Flows.Any(f => f.FromClient.InitialSequence is not null) && own.UniqueBytes == 0 && peer.UniqueBytes == 0;
        if (fromClient && opening && (!answered || (rst.Acknowledgment == 0 && own.InitialSequence is { } initial && rst.Sequence == initial + 1 && !own.Fin)))
        {
            // A RST that answers a segment carries its acknowledgment number and none of its own (RFC 9293, 3.10.7.1).
            return ResetPhase.Handshake;
        }

        return (Closed(key, rst, rst.FromClient, own), Closed(key, rst, !rst.FromClient, peer)) switch
        {
            (true, true) => ResetPhase.AfterBothFins,
            (true, false) => ResetPhase.AfterOwnFin,
            (false, true) => ResetPhase.AfterPeerFin,
            _ => ResetPhase.Open,
        };
    }

    /// <summary>That end had sent a FIN before; one that is not listed by itself came before as well, for a reset connection sends none.</summary>
    private bool Closed(FlowKey key, ControlSegment rst, bool fromClient, TcpSender sender) =>
        fins[(key, fromClient)].ToArray() is { Length: > 0 } listed ? listed.Any(f => f.Seen <= rst.Seen) : sender.Fin;

    private static long? NotTaken(ControlSegment rst, TcpSender peer, IEnumerable<SegmentFate> lost, ControlSegment? ownFin)
    {
        var unacknowledged = lost.DistinctBy(f => f.Sequence).Sum(f => (long)f.Length);

        // A RST without acknowledgment answers a segment for a connection that is gone (RFC 9293, 3.10.7.1): what its sender took, its FIN said.
        var acknowledged = rst.Acknowledgment != 0 ? rst.Acknowledgment : ownFin?.Acknowledgment ?? 0;
        if (acknowledged == 0 || peer.InitialSequence is not { } initial)
        {
            return unacknowledged > 0 ? unacknowledged : null;
        }

        // A FIN takes one number behind the last byte; numbers wrap at 2^32.
        var open = (int)(initial + 1 + (uint)peer.UniqueBytes - acknowledged);
        return open > peer.UniqueBytes ? null : Math.Max(0, open);
    }

    /// <summary>
    /// The silence that its sender ended by a FIN, having said the last word, all acknowledged. Where the other end spoke first as this place saw it, the FIN
    /// that does not acknowledge that came behind it: the two crossed.
    /// </summary>
    private TimeSpan? IdleBeforeFin(ControlSegment rst)
    {
        var key = new FlowKey(rst.Capture, rst.Flow);
        if (fins[(key, rst.FromClient)].FirstOrDefault(f => f.Seen <= rst.Seen) is not { } fin)
        {
            return null;
        }

        return pauses[key].Where(p => p.DataFromClient == rst.FromClient && p is { ClientOutstanding: 0, ServerOutstanding: 0 } && p.Duration <= fin.Seen - p.Start
                && ((p.EndedBy == PauseEnd.Fin && p.EndFrame == fin.From) || (p.EndedBy == PauseEnd.NewData && p.EndedFromClient != rst.FromClient)))
            .OrderBy(p => p.Start).LastOrDefault()?.Duration;
    }

    private IReadOnlyList<int> Usual(ControlSegment s)
    {
        if (s.UsualTtl is { } usual)
        {
            return [usual];
        }

        return view.Flow(new FlowKey(s.Capture, s.Flow)) is { } flow ? [.. usualTtls[(s.Capture, (s.FromClient ? flow.Client : flow.Server).Address)].Distinct()] : [];
    }

    private Answer Left(ConnectionTrail trail, bool fromClient, ControlSegment[] sightings, ControlBirth? birth) =>
        birth is { AbsenceProven: true } ? Answer.No
        : view.Stacks.End(trail.Connection, fromClient) is { Proven: true } end && Array.Exists(sightings, s => s.At.Stack == end.At) ? Answer.Yes
        : Answer.Unknown;

    private Answer CountedBy(ConnectionTrail trail, bool fromClient)
    {
        if (view.Stacks.End(trail.Connection, fromClient) is not { } end || view.Delta(end.At, "Tcp.OutRsts") is not { } sent)
        {
            return Answer.Unknown;
        }

        return sent.Delta == 0 ? Answer.No : Answer.Yes;
    }
}
