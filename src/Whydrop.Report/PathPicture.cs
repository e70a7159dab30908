using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Report.Names;

namespace Whydrop.Report;

/// <summary>The places packets pass, one below the other, with a mark where they die and the names they go by from there on.</summary>
internal static class PathPicture
{
    private const int MostPlaces = 16;

    /// <returns>The lines; empty when neither a loss nor a journey places anything.</returns>
    public static IReadOnlyList<string> Of(ReportModel model)
    {
        var losses = model.Diagnosis.Ledger.Rows.Where(r => r.Lost && r.Segments > 0 && ((Name(r.LastSeen) ?? Name(r.MissingAt)) is not null)).ToList();
        var worst = losses.MaxBy(r => r.Segments);
        var stops = Stops(model, worst);
        var lines = new List<string>();
        var counted = new HashSet<(string?, string?)>();
        var room = stops.Count == 0 ? 0 : stops.Max(s => s.Place.Length);
        for (var i = 0; i < stops.Count; i++)
        {
            lines.Add(stops[i].Note.Length == 0 ? stops[i].Place : $"{stops[i].Place.PadRight(room)}   {stops[i].Note}");
            if (i < stops.Count - 1)
            {
                // A path may pass the same two places again, wrapped: the loss is drawn where it is met first.
                var (from, to) = (stops[i].Name, stops[i + 1].Name);
                var lost = counted.Add((from, to)) ? losses.Where(r => Name(r.LastSeen) == from && Name(r.MissingAt) == to).Sum(r => r.Segments) : 0;
                lines.Add(lost > 0 ? $"  ✕  {Wording.Number(lost)} lost here" : "  │");
            }
        }

        return lines;
    }

    // The stated topology, else the way of a connection through the places it was recognised at, else just the two ends of the loss.
    private static List<Stop> Stops(ReportModel model, LedgerRow? worst)
    {
        string? from = Name(worst?.LastSeen), to = Name(worst?.MissingAt);
        var stated = model.Topology.ToList();
        int a = stated.IndexOf(from!), b = stated.IndexOf(to!);
        if (worst is not null && a >= 0 && b >= 0 && Math.Abs(a - b) == 1)
        {
            if (b < a)
            {
                stated.Reverse();
            }

            return [.. stated.Select(s => new Stop(s, s, ""))];
        }

        if (Way(model, from, to) is { Count: > 1 } way)
        {
            return way;
        }

        if (worst is null)
        {
            return [];
        }

        var hint = worst.MissingAt is null && model.Answer?.Scope.Interface is { } device ? $"{device}?" : "?";
        return [new Stop(from, from ?? "?", ""), new Stop(to, to ?? hint, "")];
    }

    /// <summary>The way of the connection that lost most between the two places, else of the busiest one, by its hops from sender to receiver.</summary>
    private static List<Stop> Way(ReportModel model, string? from, string? to)
    {
        var facts = model.Facts;
        var hops = facts.Of<HopSummary>();
        var placed = from is null || to is null ? hops : [.. hops.Where(h => Name(h.At) == from && Name(h.OtherAt) == to)];
        var middle = placed.OrderByDescending(h => h.Lost + h.Unproven).ThenByDescending(h => h.SegmentsIn).FirstOrDefault();
        if (middle is null)
        {
            return [];
        }

        // Both directions of a connection have hops; where the ends are named the other way round, so is the direction.
        var swapped = facts.Of<FlowPairing>().Where(p => p.RolesSwapped).SelectMany(p => new[] { ((p.Capture, p.Flow), (p.OtherCapture, p.OtherFlow)), ((p.OtherCapture, p.OtherFlow), (p.Capture, p.Flow)) }).ToHashSet();
        bool Follows(HopSummary next, HopSummary hop) => Start(next) == End(hop) && next.FromClient == (hop.FromClient != swapped.Contains((Start(hop), End(hop))));
        var way = new List<HopSummary> { middle };
        while (way.Count < MostPlaces && hops.FirstOrDefault(h => Follows(h, way[^1]) && !way.Contains(h)) is { } next)
        {
            way.Add(next);
        }

        while (way.Count < MostPlaces && hops.FirstOrDefault(h => Follows(way[0], h) && !way.Contains(h)) is { } before)
        {
            way.Insert(0, before);
        }

        var flows = facts.Of<TcpFlow>().GroupBy(f => (f.Capture, f.Flow)).ToDictionary(g => g.Key, g => g.First());
        var stops = new List<Stop>();
        TcpFlow? last = null;
        foreach (var (at, sighting) in way.Select(h => (h.At, Start(h))).Append((way[^1].OtherAt, End(way[^1]))))
        {
            var flow = flows.GetValueOrDefault(sighting);
            stops.Add(new Stop(Name(at), Name(at) ?? flow?.From.Source ?? "?", Note(model.Names, flow, last)));
            last = flow ?? last;
        }

        return stops;
    }

    private static (int Capture, int Flow) Start(HopSummary hop) => (hop.Capture, hop.Flow);

    private static (int Capture, int Flow) End(HopSummary hop) => (hop.OtherCapture, hop.OtherFlow);

    // What differs from the place before: NAT, a tunnel that begins or ends.
    private static string Note(EndpointNames names, TcpFlow? flow, TcpFlow? before)
    {
        if (flow is null)
        {
            return "";
        }

        var ends = $"{names.Text(flow.Client, flow.First, flow.Last)} → {names.Text(flow.Server, flow.First, flow.Last)}";
        var notes = new List<string>();
        if (before is null)
        {
            notes.Add(ends);
        }
        else if (!(flow.Client.Equals(before.Client) && flow.Server.Equals(before.Server)) && !(flow.Client.Equals(before.Server) && flow.Server.Equals(before.Client)))
        {
            notes.Add($"NAT: {ends}");
        }

        if (flow.Encapsulation != before?.Encapsulation)
        {
            notes.Add(flow.Encapsulation is { } tunnel ? $"in {tunnel}" : "unwrapped");
        }

        return string.Join(", ", notes);
    }

    private static string? Name(VantagePoint? at) => at is null || at == VantagePoint.Unknown ? null : Wording.Place(at);

    private sealed record Stop(string? Name, string Place, string Note);
}
