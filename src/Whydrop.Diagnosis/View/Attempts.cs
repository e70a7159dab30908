using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds every attempt to open a connection, each once.</summary>
internal sealed class Attempts
{
    // Initial RTO, RFC 6298 (2.1): a SYN without answer is sent again, or given up, a second later at the soonest.
    private static readonly TimeSpan InitialRto = TimeSpan.FromSeconds(1);

    private readonly CaseView view;
    private readonly ILookup<(FlowKey Key, bool FromClient, ControlKind Kind), ControlSegment> controls;
    private readonly ILookup<(IPEndPoint, IPEndPoint), IcmpError> icmp;
    private readonly ILookup<DirectionKey, LostControl> lost;
    private readonly HashSet<int> answering;

    private Attempts(CaseView view)
    {
        this.view = view;
        controls = view.Facts.Of<ControlSegment>().ToLookup(c => (new FlowKey(c.Capture, c.Flow), c.FromClient, c.Kind));
        icmp = view.Facts.Of<IcmpError>().Where(e => Refuses(e) && e is { QuotedSource: not null, QuotedDestination: not null })
            .ToLookup(e => (e.QuotedSource!, e.QuotedDestination!));
        lost = view.LostControls.ToLookup(l => l.Direction);

        // Captures that show both directions of travel.
        answering = [.. view.Facts.Of<TcpFlow>().Where(f => f.FromServer.InitialSequence is not null || f.FromServer.Segments > 0 || f.FromServer.ResetFrame is not null).Select(f => f.Capture)];
    }

    internal static IReadOnlyList<Attempt> Find(CaseView view)
    {
        var finder = new Attempts(view);
        return [.. view.Trails.Where(t => t.Flows.Any(f => f.FromClient.InitialSequence is not null)).Select(finder.Of)];
    }

    private Attempt Of(ConnectionTrail trail)
    {
        var seenAt = trail.Flows.Where(f => f.FromClient.InitialSequence is not null).ToArray();
        var syns = seenAt.Select(f => Segments(f, trail.ToServer, ControlKind.Syn)).ToArray();
        var synAcks = trail.Flows.Select(f => Segments(f, trail.ToClient, ControlKind.SynAck)).Where(s => s.Length > 0).ToArray();
        var near = syns.FirstOrDefault(s => s.Length > 0) ?? [];
        var errors = trail.Flows.SelectMany(f => icmp[(f.Client, f.Server)]).Where(e => e.QuotedSequence is not { } quoted || IsSyn(trail, quoted)).DistinctBy(e => e.From).OrderBy(e => e.Seen).ToArray();
        var own = view.ResetsOf(trail.Connection).ToArray();
        var lostSyns = lost[trail.ToServer].Where(l => l.Kind == ControlKind.Syn).ToArray();
        var lostSynAcks = lost[trail.ToClient].Where(l => l.Kind == ControlKind.SynAck).ToArray();
        var refusal = Array.Find(own, r => r.Phase == ResetPhase.Refusal);
        var first = near.Length > 0 ? near[0].From : seenAt[0].From;
        return new Attempt(trail.ToServer, trail.Client, trail.Server, trail.ClientThere, trail.ServerThere, Outcome(trail, syns, synAcks, own, errors), first)
        {
            SeenAt = seenAt,
            Syns = near,
            SynsThere = syns.LastOrDefault(s => s.Length > 0) ?? [],
            SynAcks = synAcks.LastOrDefault() ?? [],
            SynAcksHere = synAcks.FirstOrDefault() ?? [],
            SynTimes = near.Length > 0 ? [.. near.Select(s => s.Seen)] : [seenAt[0].First],
            Took = Took(trail, near),
            ClientResets = [.. own.Where(r => r is { FromClient: true, Phase: ResetPhase.Handshake })],
            Refusal = refusal,
            IcmpErrors = errors,
            LostSyns = lostSyns,
            LostSynAcks = lostSynAcks,
            SynArrived = Arrived(trail, false, seenAt, lostSyns),
            SynAckArrived = Arrived(trail, true, [.. trail.Flows.Where(f => f.FromServer.InitialSequence is not null)], lostSynAcks),
        };
    }

    private ControlSegment[] Segments(TcpFlow flow, DirectionKey direction, ControlKind kind)
    {
        var key = new FlowKey(flow.Capture, flow.Flow);
        return [.. controls[(key, view.Connections.FromClient(key, direction), kind)].OrderBy(c => c.Seen)];
    }

    private bool IsSyn(ConnectionTrail trail, uint sequence) => trail.Flows.Any(f => f.FromClient.InitialSequence == sequence);

    private AttemptOutcome Outcome(ConnectionTrail trail, ControlSegment[][] syns, ControlSegment[][] synAcks, ConnectionReset[] own, IcmpError[] errors)
    {
        if (trail.Flows.Any(f => f.FromServer.InitialSequence is not null))
        {
            return Answered(trail, synAcks, own);
        }

        if (Array.Exists(own, r => r.Phase == ResetPhase.Refusal))
        {
            return AttemptOutcome.Refused;
        }

        // One direction only was captured, and it goes on as if it were answered.
        if (trail.Flows.Any(f => f.FromClient.Segments > 0 || f.FromClient.Fin) || syns.Any(s => s.Any(c => c.Answered == true)))
        {
            return AttemptOutcome.Established;
        }

        if (errors.Length > 0)
        {
            return AttemptOutcome.IcmpError;
        }

        var sent = syns.Max(s => s.Length);
        return sent switch
        {
            0 => AttemptOutcome.Unknown,
            1 => syns.Any(s => s.Any(WatchedOn)) ? AttemptOutcome.Unanswered : AttemptOutcome.Unknown,
            _ => AttemptOutcome.Unanswered,
        };
    }

    private static AttemptOutcome Answered(ConnectionTrail trail, ControlSegment[][] synAcks, ConnectionReset[] own)
    {
        // The server's kernel went on: it sent data, a FIN, or acknowledged data of the client.
        if (trail.Flows.Any(f => f.FromServer.Segments > 0 || f.FromServer.Fin || f.FromClient.LargestDelivered > 0))
        {
            return AttemptOutcome.Established;
        }

        if (Array.Exists(own, r => r is { FromClient: true, Phase: ResetPhase.Handshake, First: true }))
        {
            return AttemptOutcome.ResetByClient;
        }

        if (synAcks.Length == 0)
        {
            return AttemptOutcome.Established;
        }

        // Never confirmed by the client; or confirmed, and sent again all the same (the first repetition may have crossed a late answer).
        var repeated = synAcks.Max(s => s.Length);
        var confirmed = synAcks.Any(s => s.Any(c => c.Answered == true)) || trail.Flows.Any(f => f.FromClient.Segments > 0);
        var inVain = trail.Flows.Any(f => f.FromClient.Retransmissions > 0);
        return (confirmed, repeated, inVain) switch
        {
            (false, >= 2, _) => AttemptOutcome.HalfOpen,
            (false, _, _) => AttemptOutcome.Unknown,
            (true, >= 3, _) or (true, 2, true) => AttemptOutcome.HalfOpen,
            _ => AttemptOutcome.Established,
        };
    }

    /// <summary>The capture went on long enough, and shows answers of others.</summary>
    private bool WatchedOn(ControlSegment syn) =>
        view.Capture(syn.Capture)?.Last is { } last && last - syn.Seen >= InitialRto && answering.Contains(syn.Capture);

    private TimeSpan? Took(ConnectionTrail trail, ControlSegment[] syns)
    {
        var flow = trail.Flows[0];
        var answer = Segments(flow, trail.ToClient, ControlKind.SynAck);
        return syns.Length > 0 && answer.Length > 0 && syns[0].Capture == answer[0].Capture ? answer[0].Seen - syns[0].Seen : flow.HandshakeRtt;
    }

    private Answer Arrived(ConnectionTrail trail, bool client, IReadOnlyList<TcpFlow> seen, LostControl[] lostOnTheWay)
    {
        if (view.Stacks.End(trail.Connection, client) is not { Proven: true } end)
        {
            return Answer.Unknown;
        }

        return seen.Any(f => f.At.Stack == end.At) ? Answer.Yes
            : Array.Exists(lostOnTheWay, l => l.Proven && l.MissingAt.Stack == end.At) ? Answer.No
            : Answer.Unknown;
    }

    /// <summary>Destination unreachable but "too big" (RFC 792, RFC 4443), and time exceeded.</summary>
    private static bool Refuses(IcmpError e) => e is { Version: 4, Type: 3, Code: not 4 } or { Version: 4, Type: 11 } or { Version: 6, Type: 1 or 3 };
}
