using Whydrop.Report.Journeys;

namespace Whydrop.Report.Json;

/// <summary>Puts journeys into the words of the contract.</summary>
internal static class JourneysBuilder
{
    public const string Schema = "whydrop.journeys/1";

    public static JourneysDocument Document(JourneysModel model) => new(
        Schema, DocumentBuilder.Version, model.Case, model.Joined,
        [.. model.Stops.Select(Stop)], [.. model.Hops.Select(Hop)], [.. model.Lost.Select(l => Lost(model, l))],
        model.Range is null ? null : [.. model.Traced.Select(Traced)],
        [.. model.Unjoined.Select(u => new UnjoinedElement(
            u.Why, DocumentBuilder.Place(u.At), u.Source, u.Reason, u.Connections.Count, [.. u.Connections.Select(f => $"{f.Client} > {f.Server}").Take(Examples)]))],
        [.. model.Contradictions.Select(c => new ContradictionElement(
            c.Client.ToString(), c.Server.ToString(), c.SeenClient.ToString(), c.SeenServer.ToString(), c.Said, DocumentBuilder.Evidence(c.From)))],
        [.. model.Proxied.Select(p => new ProxiedElement(
            DocumentBuilder.Place(p.Suspicion.At), p.Ends.Client.ToString(), p.Ends.Server.ToString(), p.Suspicion.Bytes, p.Begins.Client.ToString(), p.Begins.Server.ToString(), p.Suspicion.OtherBytes,
            p.Suspicion.Began.TotalMilliseconds, DocumentBuilder.Evidence(p.Suspicion.From)))],
        [.. model.Gaps.Select(DocumentBuilder.Gap)]);

    private const int Examples = 20;

    private static StopElement Stop(JourneyStop s) => new(
        s.Order, s.Name, s.Path, DocumentBuilder.Place(s.At), s.Source, s.Tunnel, s.Connections, s.Example is { } e ? $"{e.Client} > {e.Server}" : null,
        s.Clock is { Pieces.Count: > 0 } clock
            ? new ClockElement(clock.Other.Source, clock.Error?.TotalMilliseconds, [.. clock.Pieces.Select(p => new ClockPieceElement(p.Begin.ToString(), p.Offset.TotalSeconds, p.DriftPpm))])
            : null);

    private static HopElement Hop(JourneyHop h) => new(
        h.From?.Order, h.To?.Order, h.Path, h.Forward, h.Neighbours, h.Connections, h.SegmentsIn, h.SegmentsOut, h.Lost, h.Unknown, h.Delayed, h.Late, h.Duplicated, h.Looped,
        h.BytesIn, h.BytesOut, h.BytesLost, h.ControlLost, h.ControlUnknown,
        h.Delay is { } d
            ? new DelayElement(
                d.Samples, d.Min.TotalMilliseconds, d.P50.TotalMilliseconds, d.P90.TotalMilliseconds, d.P99.TotalMilliseconds, d.Max.TotalMilliseconds, d.Error?.TotalMilliseconds)
            : null);

    private static TracedElement Traced(TracedPacket t) => new(
        t.Connection, t.Flow.Client.ToString(), t.Flow.Server.ToString(), t.FromClient, t.Transmission, t.Stop?.Order, t.Time.ToString(), t.SinceFirst?.TotalMilliseconds, t.Begin, t.Length,
        t.DatagramLength, t.Ttl, t.IpId, t.Flow.Encapsulation, DocumentBuilder.Evidence(t.Frame));

    private static LostElement Lost(JourneysModel model, LostRange l) => new(
        l.Kind, l.From.Order, l.To.Order, l.Connection?.Client.ToString(), l.Connection?.Server.ToString(),
        l.Connection is { } c ? model.Names.Name(c.Client.Address, c.Client.Port, c.First, c.Last) : null,
        l.Connection is { } s ? model.Names.Name(s.Server.Address, s.Server.Port, s.First, s.Last) : null,
        l.FromClient, l.Begin, l.Length, l.DatagramLength, l.DontFragment, l.Proven, l.Reason, l.Sent.ToString(), l.LaterSeen, [.. l.Frames.Select(DocumentBuilder.Evidence)]);
}
