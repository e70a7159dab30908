using System.Net;
using Whydrop.Evidence;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Journeys;

/// <summary>The list of lost ranges: by hop, connection and range, with the frames to look up.</summary>
internal sealed class LostSection(TextPage page, JourneysModel model, int most, bool wide)
{
    private const int FramesShown = 4;

    /// <summary>Writes it; nothing when nothing was lost.</summary>
    public void Write()
    {
        var ranges = model.Lost.GroupBy(l => (From: l.From.Order, To: l.To.Order, l.Connection, l.FromClient, l.Kind, l.Begin, l.Length, l.Proven)).ToList();
        if (ranges.Count == 0)
        {
            return;
        }

        page.Heading($"Lost: {Wording.Count(model.Lost.Count, "transmission")} of {Wording.Count(ranges.Count, "range")}, relative sequence numbers");
        var left = most;
        foreach (var hop in ranges.GroupBy(r => (r.Key.From, r.Key.To)))
        {
            var first = hop.First().First();
            page.Paragraph($"{first.From.Name} → {first.To.Name}: {Wording.Count(hop.Sum(r => r.Count()), "transmission")}, {Wording.Count(hop.Sum(r => (long)r.Key.Length * r.Count()), "byte")}");
            foreach (var connection in hop.GroupBy(r => (r.Key.Connection, r.Key.FromClient)).TakeWhile(_ => left > 0))
            {
                page.Paragraph(Ends(connection.First().First()), 4);
                foreach (var range in connection.Take(left))
                {
                    page.Paragraph(Line([.. range]), 6);
                }

                left -= Math.Min(left, connection.Count());
            }
        }

        if (ranges.Count > most)
        {
            page.Paragraph($"and {ranges.Count - most} more ranges (--lost shows all)", 2, TextStyle.Faint);
        }
    }

    private string Ends(LostRange lost)
    {
        if (lost.Connection is not { } flow)
        {
            return "a connection that is not listed";
        }

        var (from, to) = lost.FromClient ? (flow.Client, flow.Server) : (flow.Server, flow.Client);
        return $"{Named(from)} → {Named(to)}{(flow.Encapsulation is { } tunnel ? $" in {tunnel}" : "")}";

        string Named(IPEndPoint end) => model.Names.Text(end, flow.First, flow.Last);
    }

    private string Line(LostRange[] lost)
    {
        var (first, last) = (lost[0], lost[^1]);
        var what = first.Kind == "data" ? $"{first.Begin}-{first.Begin + first.Length - 1}" : first.Kind switch { "syn" => "SYN", "syn-ack" => "SYN-ACK", "fin" => "FIN", _ => "RST" };
        var size = first.DatagramLength is { } bytes ? $" (datagram {bytes}{(first.DontFragment == true ? ", DF" : "")})" : "";
        var times = lost.Length > 1 ? $" {lost.Length} times" : "";
        var when = $"{Clock(first.Sent)}{(lost.Length > 1 ? $" to {Clock(last.Sent)}" : "")}";
        var fate = (first.Proven ? "" : $", not proven: {first.Reason}") + (last.LaterSeen switch { true => ", passed later", false => ", never passed later", _ => "" });
        return $"{what}{size}{times}, {when}{fate}  [{Wording.Evidence(InOrder(lost), wide ? int.MaxValue : FramesShown)}]";
    }

    private static IEnumerable<Provenance> InOrder(LostRange[] lost) => lost.SelectMany(l => l.Frames.Select((f, place) => (f, place))).OrderBy(f => f.place).Select(f => f.f);

    // The day stands in the capture; at night the time of day is what is compared with logs.
    private static string Clock(Timestamp time) => time.ToString()[11..];
}
