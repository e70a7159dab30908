using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Load;

namespace Whydrop.Diagnosis.View;

/// <summary>Something that shows when packets find no way.</summary>
/// <param name="Ends">Addresses whose route may be the missing one: where the packet went; of a connection also the other end, whose answers may be what is lost. None where nobody says.</param>
/// <param name="OnWay">Routers themselves show it: a loop, an ICMP error.</param>
internal sealed record RouteSymptom(Timestamp At, IReadOnlyList<IPAddress> Ends, string What, Provenance From, bool OnWay)
{
    // RFC 6298 (2.5): a retransmission timer may wait that long. What comes later is new trouble.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(60);

    // RFC 6298 (2.1): the first wait of a sender that knows no round trip.
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>The symptoms of a case, parted where nothing was seen for a minute; each part in order of time.</summary>
    internal static IReadOnlyList<IReadOnlyList<RouteSymptom>> Episodes(CaseView view)
    {
        var episodes = new List<List<RouteSymptom>>();
        foreach (var symptom in All(view).OrderBy(s => s.At))
        {
            if (episodes.Count == 0 || symptom.At - episodes[^1][^1].At > Apart)
            {
                episodes.Add([]);
            }

            episodes[^1].Add(symptom);
        }

        return episodes;
    }

    /// <summary>Datagrams that went round, parted where none did for longer than senders wait that double their wait each time (RFC 6298, 5.5) since the first of them.</summary>
    internal static IEnumerable<IReadOnlyList<RoutingLoop>> Bouts(IReadOnlyList<RoutingLoop> loops)
    {
        List<RoutingLoop> bout = [];
        foreach (var loop in loops.OrderBy(l => l.Start))
        {
            if (bout.Count > 0 && loop.Start - bout[^1].Start is var pause && pause > FirstWait && pause > 2 * (bout[^1].Start - bout[0].Start))
            {
                yield return bout;
                bout = [];
            }

            bout.Add(loop);
        }

        if (bout.Count > 0)
        {
            yield return bout;
        }
    }

    /// <summary>"24 datagrams, 2 routers a round (aa:… and bb:…), for 3.4 s; 24 expired".</summary>
    internal static string Told(IReadOnlyList<RoutingLoop> loops)
    {
        var until = loops.Max(l => Timestamps.Add(l.Start, l.Duration));
        var devices = loops.SelectMany(l => l.Macs).SelectMany(m => m.Split('>')).Distinct().ToArray();
        var (expired, delivered) = (loops.Count(l => l.Expired == true), loops.Count(l => l.Expired == false));
        return string.Create(null, $"{loops.Count} datagram{(loops.Count == 1 ? "" : "s")}, {loops.Max(l => l.Step)} router{(loops.Max(l => l.Step) == 1 ? "" : "s")} a round")
            + (devices.Length == 2 ? $" ({devices[0]} and {devices[1]})" : "")
            + string.Create(null, $", for {(until - loops[0].Start).TotalSeconds:0.0} s; ")
            + (expired == loops.Count ? "all expired" : $"{expired} expired, {delivered} delivered after all, {loops.Count - expired - delivered} not known");
    }

    /// <summary>When a lost transmission was sent.</summary>
    internal static Timestamp Time(Loss loss) => loss.Placement?.Sent ?? loss.Fate.Sent;

    /// <summary>Where a lost transmission went, and where it came from.</summary>
    internal static IReadOnlyList<IPAddress> EndsOf(CaseView view, Loss loss)
    {
        if (loss.Direction.Connection < 0 || loss.Direction.Connection >= view.Trails.Count || view.Trails[loss.Direction.Connection] is not { Flows.Count: > 0 } trail)
        {
            return [];
        }

        return loss.Direction == trail.ToServer ? [trail.ServerThere.Address, trail.Client.Address] : [trail.Client.Address, trail.ServerThere.Address];
    }

    private static IEnumerable<RouteSymptom> All(CaseView view) =>
        view.Facts.Of<RoutingLoop>().Select(l => new RouteSymptom(l.Start, [l.Destination], $"packets to {l.Destination} go round", l.From, true))
            .Concat(view.Facts.Of<IcmpError>().Where(e => e.QuotedDestination is not null && IsNoWay(e))
                .Select(e => new RouteSymptom(e.Seen, [e.QuotedDestination!.Address], $"{e.Reporter} has no way to {e.QuotedDestination.Address}", e.From, true)))
            .Concat(view.Attempts.Where(a => (a.Failed || a.Slow) && a.Outcome != AttemptOutcome.Refused && a.SynTimes.Count > 0)
                .Select(a => new RouteSymptom(a.SynTimes[0], [a.ServerThere.Address, a.Client.Address], $"connecting to {a.Server} times out", a.From, false)))
            .Concat(view.Captures.Any() ? [] : view.Facts.Of<LateRequest>().Select(l => new RouteSymptom(l.Time, [], string.Create(null, $"a request of a load tool is late, {l.Latency.TotalMilliseconds:0} ms"), l.From, false)))
            .Concat(view.Losses.Where(l => EndsOf(view, l).Count > 0).Select(l => new RouteSymptom(Time(l), EndsOf(view, l), $"data to {EndsOf(view, l)[0]} is lost", l.From, false)));

    // RFC 792: net, host unreachable, unknown, time exceeded in transit. RFC 4443: no route, address unreachable, hop limit exceeded.
    private static bool IsNoWay(IcmpError e) => e is { Version: 4, Type: 3, Code: 0 or 1 or 6 or 7 } or { Version: 4, Type: 11, Code: 0 } or { Version: 6, Type: 1, Code: 0 or 3 } or { Version: 6, Type: 3, Code: 0 };
}
