using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Report.Json;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Flows;

/// <summary>Connections and what was observed on each, as a table.</summary>
public static class FlowReport
{
    /// <summary>Writes a table that fits the width: on a narrow terminal columns are left out, addresses are never cut.</summary>
    /// <param name="flows">The connections in the order to show.</param>
    /// <param name="facts">The facts they come from.</param>
    /// <param name="output">Where to.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="colour">Whether escape sequences may be used.</param>
    /// <param name="wide">Every figure, one block per connection.</param>
    public static void Write(IReadOnlyList<TcpFlow> flows, FactSet facts, TextWriter output, int width, bool colour, bool wide)
    {
        var page = new TextPage(output, width, colour);
        var lost = DocumentBuilder.LostByFlow(facts);
        if (wide)
        {
            foreach (var flow in flows)
            {
                WriteBlock(page, flow, lost);
            }
        }
        else
        {
            WriteTable(page, flows, lost);
        }
    }

    /// <summary>Lost transmissions of a connection, both directions, as far as details were kept.</summary>
    public static long Lost(TcpFlow flow, IReadOnlyDictionary<(int Capture, int Flow, bool FromClient), long> lost) =>
        lost.GetValueOrDefault((flow.Capture, flow.Flow, true)) + lost.GetValueOrDefault((flow.Capture, flow.Flow, false));

    /// <summary>Lost transmissions by capture, connection and direction, as far as details were kept.</summary>
    public static IReadOnlyDictionary<(int Capture, int Flow, bool FromClient), long> LostByFlow(FactSet facts) => DocumentBuilder.LostByFlow(facts);

    private static void WriteTable(TextPage page, IReadOnlyList<TcpFlow> flows, Dictionary<(int Capture, int Flow, bool FromClient), long> lost)
    {
        var several = flows.Select(f => f.Capture).Distinct().Skip(1).Any();
        Column[] columns =
        [
            new("#", true, 0, f => f.Flow.ToString()),
            new("client", false, 0, f => f.Client.ToString()),
            new("server", false, 0, f => f.Server.ToString()),
            new("frames", true, 2, f => Short(f.Frames)),
            new("bytes", true, 0, f => Short(f.FromClient.Bytes + f.FromServer.Bytes)),
            new("retr", true, 0, f => Short(f.FromClient.Retransmissions + f.FromServer.Retransmissions)),
            new("lost", true, 0, f => Short(Lost(f, lost))),
            new("rtt ms", true, 3, f => Milliseconds(f.FromClient.SmoothedRtt ?? f.FromServer.SmoothedRtt ?? f.HandshakeRtt)),
            new("secs", true, 4, f => $"{(f.Last - f.First).TotalSeconds:0.0}"),
            new("end", false, 5, End),
            new("capture", false, several ? 1 : 6, f => f.From.Source),
        ];
        var shown = columns.Where(c => c.Priority != 6).ToList();
        var cells = flows.Select(f => columns.ToDictionary(c => c, c => c.Cell(f))).ToList();
        while (shown.Sum(c => Math.Max(c.Head.Length, cells.Count == 0 ? 0 : cells.Max(r => r[c].Length)) + 2) > page.Width + 2 && shown.MaxBy(c => c.Priority) is { Priority: > 0 } least)
        {
            shown.Remove(least);
        }

        page.Table([.. shown.Select(c => c.Head)], [.. cells.Select(r => shown.Select(c => r[c]).ToArray())],
            shown.Select((c, i) => (c, i)).Where(x => x.c.Number).Select(x => x.i).ToHashSet(), givesWay: -1, indent: 0);
    }

    private static void WriteBlock(TextPage page, TcpFlow flow, Dictionary<(int Capture, int Flow, bool FromClient), long> lost)
    {
        page.Line($"#{flow.Flow}  {flow.Client} → {flow.Server}{(flow.Encapsulation is { } tunnel ? $"  in {tunnel}" : "")}  [{flow.From}]", TextStyle.Strong);
        page.Line($"    {flow.First} – {flow.Last} ({Wording.Duration(flow.Last - flow.First)}), {Wording.Count(flow.Frames, "frame")}, "
            + $"{(flow.Synchronised ? "handshake captured" : "handshake not captured")}{(flow.HandshakeRtt is { } rtt ? $", SYN to SYN-ACK {Milliseconds(rtt)} ms" : "")}, {End(flow)}");
        WriteSender(page, "client", flow.FromClient, lost.GetValueOrDefault((flow.Capture, flow.Flow, true)));
        WriteSender(page, "server", flow.FromServer, lost.GetValueOrDefault((flow.Capture, flow.Flow, false)));
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

    /// <param name="Priority">0 always shown; the highest goes first when the terminal is narrow.</param>
    private sealed record Column(string Head, bool Number, int Priority, Func<TcpFlow, string> Cell);
}
