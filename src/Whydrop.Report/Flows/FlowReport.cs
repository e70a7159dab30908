using System.Text;
using Whydrop.Evidence.Capture;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Flows;

/// <summary>Connections and what was observed on each, as a table.</summary>
public static class FlowReport
{
    // Widths are taken from these; a longer cell further down is printed whole and shifts its line.
    private const int RowsMeasured = 1000;

    /// <summary>Writes a table that fits the width: on a narrow terminal columns are left out, addresses are never cut.</summary>
    /// <param name="rows">The connections in the order to show; walked once.</param>
    /// <param name="severalCaptures">Whether they come from several captures.</param>
    /// <param name="output">Where to.</param>
    /// <param name="screen">What it can show.</param>
    /// <param name="wide">Every figure, one block per connection.</param>
    public static void Write(IEnumerable<FlowRow> rows, bool severalCaptures, TextWriter output, Screen screen, bool wide)
    {
        var page = new TextPage(output, screen);
        if (wide)
        {
            foreach (var row in rows)
            {
                WriteBlock(page, row);
            }
        }
        else
        {
            WriteTable(page, rows, severalCaptures);
        }
    }

    private static void WriteTable(TextPage page, IEnumerable<FlowRow> rows, bool severalCaptures)
    {
        var shown = Columns.Where(c => c.Head != "capture" || severalCaptures).ToList();
        using var all = rows.GetEnumerator();
        var measured = new List<string[]>();
        while (measured.Count < RowsMeasured && all.MoveNext())
        {
            measured.Add(Cells(shown, all.Current));
        }

        var widths = shown.Select((c, i) => Math.Max(c.Head.Length, measured.Count == 0 ? 0 : measured.Max(r => r[i].Length))).ToList();
        while (widths.Sum() + (2 * (widths.Count - 1)) > page.Width && shown.MaxBy(c => c.Priority) is { Priority: > 0 } least)
        {
            var gone = shown.IndexOf(least);
            shown.RemoveAt(gone);
            widths.RemoveAt(gone);
            measured = [.. measured.Select(r => r.Where((_, i) => i != gone).ToArray())];
        }

        page.Line(Line([.. shown.Select(c => c.Head)], shown, widths), TextStyle.Faint);
        foreach (var cells in measured)
        {
            page.Line(Line(cells, shown, widths));
        }

        while (all.MoveNext())
        {
            page.Line(Line(Cells(shown, all.Current), shown, widths));
        }
    }

    private static string[] Cells(List<Column> columns, FlowRow row)
    {
        var cells = new string[columns.Count];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = columns[i].Cell(row);
        }

        return cells;
    }

    private static string Line(string[] cells, List<Column> columns, List<int> widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            line.Append(i == 0 ? "" : "  ").Append(columns[i].Number ? cells[i].PadLeft(widths[i]) : i == cells.Length - 1 ? cells[i] : cells[i].PadRight(widths[i]));
        }

        return line.ToString();
    }

    private static void WriteBlock(TextPage page, FlowRow row)
    {
        var flow = row.Flow;
        page.Line($"#{flow.Flow}  {flow.Client} → {flow.Server}{(flow.Encapsulation is { } tunnel ? $"  in {tunnel}" : "")}  [{flow.From}]", TextStyle.Strong);
        page.Line($"    {flow.First} – {flow.Last} ({Wording.Duration(flow.Last - flow.First)}), {Wording.Count(flow.Frames, "frame")}, "
            + $"{(flow.Synchronised ? "handshake captured" : "handshake not captured")}{(flow.HandshakeRtt is { } rtt ? $", SYN to SYN-ACK {Milliseconds(rtt)} ms" : "")}, {End(flow)}");
        WriteSender(page, "client", flow.FromClient, row.LostByClient);
        WriteSender(page, "server", flow.FromServer, row.LostByServer);
    }

    private static void WriteSender(TextPage page, string who, TcpSender s, long lost)
    {
        var options = $"MSS {s.Mss?.ToString() ?? "?"}, window scale {s.WindowScale?.ToString() ?? "?"}, SACK {s.SackPermitted switch { true => "yes", false => "no", _ => "?" }}, timestamps {(s.Timestamps ? "yes" : "no")}, TTL {s.Ttl?.ToString() ?? "?"}";
        page.Labelled($"    {who}", $"{Wording.Count(s.Segments, "segment")}, {Wording.Count(s.Bytes, "byte")} ({Wording.Number(s.UniqueBytes)} distinct), "
            + $"{Wording.Count(s.Retransmissions, "retransmission")}, {Wording.Number(lost)} lost, RTT min {Milliseconds(s.MinRtt)} smoothed {Milliseconds(s.SmoothedRtt)} ms, "
            + $"largest datagram {s.LargestDatagram} (delivered {s.LargestDelivered}), {options}", 11);
        if (s.Observations.Count > 0)
        {
            page.Labelled("", string.Join(", ", s.Observations.Where(o => o.Value > 0).OrderByDescending(o => o.Value).ThenBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key} {o.Value}")), 11);
        }
    }

    private static string End(TcpFlow flow) => (flow.FromClient, flow.FromServer) switch
    {
        ({ ResetFrame: not null }, _) => "RST by client",
        (_, { ResetFrame: not null }) => "RST by server",
        ({ Fin: true }, { Fin: true }) => "closed",
        ({ Fin: true }, _) or (_, { Fin: true }) => "half closed",
        _ => "open",
    };

    private static string Milliseconds(TimeSpan? time) => time is { } t ? $"{t.TotalMilliseconds:0.###}" : "-";

    private static string Short(long n) => n switch
    {
        < 100_000 => n.ToString(),
        < 100_000_000 => $"{n / 1000}k",
        < 100_000_000_000 => $"{n / 1_000_000}M",
        _ => $"{n / 1_000_000_000}G",
    };

    private static readonly Column[] Columns =
    [
        new("#", true, 0, r => r.Flow.Flow.ToString()),
        new("client", false, 0, r => r.Flow.Client.ToString()),
        new("server", false, 0, r => r.Flow.Server.ToString()),
        new("frames", true, 2, r => Short(r.Flow.Frames)),
        new("bytes", true, 0, r => Short(r.Flow.FromClient.Bytes + r.Flow.FromServer.Bytes)),
        new("retr", true, 0, r => Short(r.Flow.FromClient.Retransmissions + r.Flow.FromServer.Retransmissions)),
        new("lost", true, 0, r => Short(r.LostByClient + r.LostByServer)),
        new("rtt ms", true, 3, r => Milliseconds(r.Flow.FromClient.SmoothedRtt ?? r.Flow.FromServer.SmoothedRtt ?? r.Flow.HandshakeRtt)),
        new("secs", true, 4, r => (r.Flow.Last - r.Flow.First).TotalSeconds.ToString("0.0")),
        new("end", false, 5, r => End(r.Flow)),
        new("capture", false, 1, r => r.Flow.From.Source),
    ];

    /// <param name="Priority">0 always shown; the highest goes first when the terminal is narrow.</param>
    private sealed record Column(string Head, bool Number, int Priority, Func<FlowRow, string> Cell);
}
