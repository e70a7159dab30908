using System.Globalization;
using System.Net;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Journeys;

/// <summary>The journey of the bytes that were asked for: transmission by transmission, where each was seen, when, as which frame, and in what.</summary>
internal sealed class TracedSection(TextPage page, JourneysModel model, int most)
{
    /// <summary>Writes it; nothing when no range was asked for.</summary>
    public void Write()
    {
        if (model.Range is not var (begin, end))
        {
            return;
        }

        page.Heading($"Journey of the bytes {begin}-{end}, relative sequence numbers");
        if (model.Traced.Count == 0)
        {
            page.Paragraph("no packet of a joined connection carried any of them");
            return;
        }

        foreach (var direction in model.Traced.Take(most).GroupBy(t => (t.Connection, t.FromClient)))
        {
            page.Paragraph(Ends(direction.First()));
            foreach (var transmission in direction.GroupBy(t => t.Transmission))
            {
                var first = transmission.First();
                page.Paragraph($"{first.Transmission}. {What(first)}{(first.IpId > 0 ? $", id {first.IpId}" : "")}", 4);
                page.Table(["", "place", "time", "ttl", "in", "frame"], [.. transmission.Select(p => Row(p, first))], new HashSet<int> { 2, 3 });
            }
        }

        if (model.Traced.Count > most)
        {
            page.Paragraph($"and {model.Traced.Count - most} more packets (-o wide shows all, --flow chooses a connection)", 2, TextStyle.Faint);
        }
    }

    /// <summary>The time at the first place; at later ones how much later, and what a merge, a split or a tunnel changed.</summary>
    private static string[] Row(TracedPacket p, TracedPacket first)
    {
        var time = p == first ? p.Time.ToString()[11..] : p.SinceFirst is { } since ? $"{since.TotalMilliseconds.ToString("+0.###;-0.###;0", CultureInfo.InvariantCulture)} ms" : p.Time.ToString()[11..];
        var changed = (p.Begin, p.Length, p.DatagramLength) == (first.Begin, first.Length, first.DatagramLength) ? null : What(p);
        return ["", p.Stop?.Name ?? Wording.Place(p.Flow.At), time, p.Ttl.ToString(CultureInfo.InvariantCulture), string.Join(", ", new[] { p.Flow.Encapsulation, changed }.OfType<string>()), p.Frame.ToString()];
    }

    private static string What(TracedPacket p) => $"{p.Begin}-{p.Begin + p.Length - 1} (datagram {p.DatagramLength})";

    private string Ends(TracedPacket packet)
    {
        var (from, to) = packet.FromClient ? (packet.Flow.Client, packet.Flow.Server) : (packet.Flow.Server, packet.Flow.Client);
        return $"{Named(from)} → {Named(to)}";

        string Named(IPEndPoint end) => model.Names.Text(end, packet.Flow.First, packet.Flow.Last);
    }
}
