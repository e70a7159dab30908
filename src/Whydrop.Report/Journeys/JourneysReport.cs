using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Journeys;

/// <summary>Journeys on a terminal: the places with their clocks, a table of hops for each direction, what was lost, and what could not be joined.</summary>
public static class JourneysReport
{
    private const int PlacesNamed = 3;
    private const int LostShown = 12;
    private const int TracedShown = 60;
    private const int UnjoinedShown = 6;
    private const int GapsShown = 6;

    /// <summary>Writes it.</summary>
    /// <param name="model">What to show.</param>
    /// <param name="output">Where to.</param>
    /// <param name="screen">What it can show.</param>
    /// <param name="wide">Every column and every frame, connections by name.</param>
    /// <param name="onlyLost">Nothing but the lost ranges, and these all.</param>
    public static void Write(JourneysModel model, TextWriter output, Screen screen, bool wide, bool onlyLost)
    {
        var page = new TextPage(output, screen);
        if (onlyLost)
        {
            new LostSection(page, model, int.MaxValue, wide).Write();
            return;
        }

        WriteHead(page, model);
        WriteStops(page, model, wide);
        WriteHops(page, model, wide);
        new TracedSection(page, model, wide ? int.MaxValue : TracedShown).Write();
        new LostSection(page, model, wide ? int.MaxValue : LostShown, wide).Write();
        WriteContradictions(page, model, wide);
        WriteProxied(page, model, wide);
        WriteUnjoined(page, model, wide);
        WriteGaps(page, model, wide);
    }

    private static void WriteHead(TextPage page, JourneysModel model)
    {
        var sum = model.Hops.Where(h => h.From is not null && h.To is not null && h.Lost + h.ControlLost > 0).OrderByDescending(h => h.Lost + h.ControlLost).ToList();
        var (word, style) = model.Joined == 0 && sum.Count == 0 ? ("NOT JOINED", TextStyle.Doubtful)
            : sum.Count > 0 ? ("LOST", TextStyle.Bad) : model.Lost.Count > 0 ? ("NOT PROVEN", TextStyle.Doubtful) : ("NOTHING LOST", TextStyle.Good);
        page.Labelled(word, Headline(model, sum), 14, style);
        foreach (var hop in sum.Skip(1).Take(PlacesNamed - 1))
        {
            page.Labelled("", At(hop), 14);
        }

        if (sum.Count > PlacesNamed)
        {
            page.Labelled("", $"and at {sum.Count - PlacesNamed} more hops", 14);
        }

        var unproven = model.Lost.Count(l => !l.Proven);
        if (unproven > 0)
        {
            page.Labelled(word == "NOT PROVEN" ? "" : "Not proven", $"{Wording.Count(unproven, "transmission")} not seen at the next place, which may have missed them: {model.Lost.First(l => !l.Proven).Reason}", 14);
        }

        page.Labelled("Followed", $"{Wording.Count(model.Joined, "connection")} through {Wording.Count(model.Stops.Count, "place")}"
            + $"{(model.Stops.Count == 0 ? "" : $" on {Wording.Count(model.Stops.Max(s => s.Path) + 1, "path")}")}; {Wording.Number(model.Unjoined.Sum(u => (long)u.Connections.Count))} not joined", 14);
    }

    private static string Headline(JourneysModel model, List<JourneyHop> lost)
    {
        if (lost.Count > 0)
        {
            return At(lost[0]);
        }

        if (model.Joined == 0)
        {
            return "no connection was recognised in two places" + (model.Unjoined is [var first, ..] ? $": {first.Reason}" : "");
        }

        return model.Lost.Count > 0
            ? "nothing is proven lost, but not everything was seen again"
            : $"whatever of {Wording.Count(model.Joined, "connection")} entered a hop came out of it";
    }

    private static string At(JourneyHop hop)
    {
        string[] what =
        [
            .. hop.Lost > 0 ? [$"{Wording.Number(hop.Lost)} of {Wording.Count(hop.SegmentsIn, "segment")} ({Wording.Count(hop.BytesLost, "byte")})"] : Array.Empty<string>(),
            .. hop.ControlLost > 0 ? [$"{Wording.Number(hop.ControlLost)} SYN, FIN or RST"] : Array.Empty<string>(),
        ];
        return $"{string.Join(" and ", what)} between {hop.From!.Name} and {hop.To!.Name}";
    }

    /// <summary>By number, and by name without what both have in common.</summary>
    private static string ShortName(JourneyHop hop)
    {
        if (hop.From is not { } from || hop.To is not { } to)
        {
            return hop.From is { } last ? $"{last.Order + 1}→  beyond {last.Name}" : $" →{hop.To!.Order + 1} before {hop.To.Name}";
        }

        var tunnel = from.Tunnel is { } common && common == to.Tunnel ? $" in {common}" : "";
        var (start, end) = (tunnel.Length > 0 ? from.Name.Replace(tunnel, "", StringComparison.Ordinal) : from.Name, to.Name);
        var stack = from.At.Stack == to.At.Stack && from.At.Node is not null ? Wording.Place(from.At.Stack) + "/" : "";
        return $"{from.Order + 1}→{to.Order + 1} {start} → {(stack.Length > 0 && end.StartsWith(stack, StringComparison.Ordinal) ? end[stack.Length..] : end)}";
    }

    private static void WriteStops(TextPage page, JourneysModel model, bool wide)
    {
        foreach (var path in model.Stops.GroupBy(s => s.Path))
        {
            page.Heading(model.Stops.Any(s => s.Path > 0) ? $"Path {path.Key + 1}: places in the order of the way" : "Places in the order of the way");
            var stops = path.ToList();
            page.Table(
                wide ? ["", "place", "conns", "file", "clock", "one of them"] : ["", "place", "conns", "clock", "one of them"],
                [.. stops.Select((s, i) => (string[])
                [
                    $"{s.Order + 1}", s.Name, Wording.Number(s.Connections), .. wide ? [s.Source] : Array.Empty<string>(), ClockText.Of(s), Shown(model, s, stops.Take(i).LastOrDefault(b => b.Example is not null && b.ExampleNumber == s.ExampleNumber)?.Example),
                ])],
                new HashSet<int> { 0, 2 });
        }
    }

    /// <summary>A connection as it is seen there, where NAT made another of it.</summary>
    private static string Shown(JourneysModel model, JourneyStop stop, TcpFlow? before)
    {
        if (stop.Example is not { } flow)
        {
            return "";
        }

        var same = before is not null && ((flow.Client.Equals(before.Client) && flow.Server.Equals(before.Server)) || (flow.Client.Equals(before.Server) && flow.Server.Equals(before.Client)));
        return same ? "" : $"{(before is null ? "" : "NAT: ")}{Ends(model, flow)}";
    }

    private static void WriteHops(TextPage page, JourneysModel model, bool wide)
    {
        foreach (var table in model.Hops.GroupBy(h => (h.Path, h.Forward)))
        {
            var rows = table.ToList();
            var ends = model.Stops.Where(s => s.Path == table.Key.Path).ToList();
            var (first, last) = table.Key.Forward ? (ends[0], ends[^1]) : (ends[^1], ends[0]);
            page.Heading($"{first.Name} → {last.Name}");
            var shown = Columns.Where(c => c.Always || (wide && c.Wide) || rows.Exists(r => c.Cell(r) is not ("" or "0"))).Where(c => wide || !c.Wide).ToList();
            page.Table(
                ["hop", .. shown.Select(c => c.Head)],
                [.. rows.Select(r => (string[])[ShortName(r) + (r.Neighbours ? "" : " *"), .. shown.Select(c => c.Cell(r))])],
                Enumerable.Range(1, shown.Count).ToHashSet());
            if (rows.Exists(r => !r.Neighbours))
            {
                page.Paragraph("* no hop by itself: lost between these two, but the places between them cannot say where", 2, TextStyle.Faint);
            }
        }

        if (model.Hops.Any(h => h.Delay is not null))
        {
            page.Paragraph("Segments with data; one-way delays in ms of all datagrams, ± what the clocks leave open. Columns without a figure are left out.", 2, TextStyle.Faint);
        }
    }

    private static void WriteContradictions(TextPage page, JourneysModel model, bool wide)
    {
        if (model.Contradictions.Count == 0)
        {
            return;
        }

        page.Heading("Contradictions: the packets show another translation than is said");
        var groups = model.Contradictions.GroupBy(c => (c.From.Source, c.Server, c.SeenServer)).OrderByDescending(g => g.Count()).ToList();
        foreach (var group in groups.Take(wide ? int.MaxValue : UnjoinedShown))
        {
            var c = group.First();
            page.Paragraph($"{Wording.Count(group.Count(), "connection")}, such as {c.Client} → {c.Server}: seen as {c.SeenClient} → {c.SeenServer}, but {c.Said} [{c.From}]");
        }

        More(page, groups.Count, wide ? int.MaxValue : UnjoinedShown);
    }

    private static void WriteProxied(TextPage page, JourneysModel model, bool wide)
    {
        if (model.Proxied.Count == 0)
        {
            return;
        }

        page.Heading("Passed on by a proxy? Two connections each, by time and size only");
        var groups = model.Proxied.GroupBy(p => (p.Suspicion.At, p.Ends.Server, p.Begins.Server)).OrderByDescending(g => g.Count()).ToList();
        foreach (var group in groups.Take(wide ? int.MaxValue : UnjoinedShown))
        {
            var (ends, begins, like) = group.First();
            page.Paragraph($"at {Wording.Place(like.At)}: {Wording.Count(group.Count(), "connection")}, such as {Ends(model, ends)} ({Wording.Count(like.Bytes, "byte")}), then {Ends(model, begins)} {Milliseconds(like.Began)} ms later ({Wording.Number(like.OtherBytes)})");
        }

        More(page, groups.Count, wide ? int.MaxValue : UnjoinedShown);
    }

    private static string Ends(JourneysModel model, TcpFlow flow) => $"{model.Names.Text(flow.Client, flow.First, flow.Last)} → {model.Names.Text(flow.Server, flow.First, flow.Last)}";

    private static void WriteUnjoined(TextPage page, JourneysModel model, bool wide)
    {
        if (model.Unjoined.Count == 0)
        {
            return;
        }

        page.Heading("Not joined");
        foreach (var group in model.Unjoined.Take(wide ? int.MaxValue : UnjoinedShown))
        {
            var like = group.Connections[0];
            page.Paragraph($"{Place(group)}: {Wording.Count(group.Connections.Count, "connection")}, such as {Ends(model, like)} [{like.From}]: {group.Reason}");
        }

        More(page, model.Unjoined.Count, wide ? int.MaxValue : UnjoinedShown);
    }

    private static string Place(UnjoinedGroup group) => group.At == VantagePoint.Unknown ? group.Source : Wording.Place(group.At);

    private static void WriteGaps(TextPage page, JourneysModel model, bool wide)
    {
        if (model.Gaps.Count > 0)
        {
            page.Heading("Gaps: not collected or not readable");
            foreach (var gap in model.Gaps.Take(wide ? int.MaxValue : GapsShown))
            {
                page.Paragraph($"{gap.From}: {Wording.Of(gap.Kind)}: {gap.Reason}");
            }

            More(page, model.Gaps.Count, wide ? int.MaxValue : GapsShown);
        }
    }

    private static void More(TextPage page, int count, int shown)
    {
        if (count > shown)
        {
            page.Paragraph($"and {count - shown} more (-o wide shows all)", 2, TextStyle.Faint);
        }
    }

    private static string Milliseconds(TimeSpan? time) => time is { } t ? t.TotalMilliseconds.ToString(Math.Abs(t.TotalMilliseconds) < 100 ? "0.###" : "0.#", System.Globalization.CultureInfo.InvariantCulture) : "";

    private static readonly Column[] Columns =
    [
        new("in", true, false, h => Wording.Number(h.SegmentsIn)),
        new("out", true, false, h => Wording.Number(h.SegmentsOut)),
        new("lost", true, false, h => Wording.Number(h.Lost)),
        new("unknown", false, false, h => Wording.Number(h.Unknown)),
        new("late", false, false, h => Wording.Number(h.Late)),
        new("delayed", false, false, h => Wording.Number(h.Delayed)),
        new("twice", false, false, h => Wording.Number(h.Duplicated)),
        new("looped", false, false, h => Wording.Number(h.Looped)),
        new("SYN/FIN/RST lost", false, false, h => $"{Wording.Number(h.ControlLost)}{(h.ControlUnknown > 0 ? $" + {Wording.Number(h.ControlUnknown)}?" : "")}"),
        new("bytes in", false, true, h => Wording.Number(h.BytesIn)),
        new("bytes lost", false, true, h => Wording.Number(h.BytesLost)),
        new("conns", false, true, h => Wording.Number(h.Connections)),
        new("p50", false, false, h => Milliseconds(h.Delay?.P50)),
        new("p90", false, false, h => Milliseconds(h.Delay?.P90)),
        new("p99", false, false, h => Milliseconds(h.Delay?.P99)),
        new("max", false, false, h => Milliseconds(h.Delay?.Max)),
        new("±", false, false, h => Milliseconds(h.Delay?.Error)),
    ];

    /// <param name="Always">Shown also when no hop has a figure.</param>
    /// <param name="Wide">Shown with -o wide only.</param>
    private sealed record Column(string Head, bool Always, bool Wide, Func<JourneyHop, string> Cell);
}
