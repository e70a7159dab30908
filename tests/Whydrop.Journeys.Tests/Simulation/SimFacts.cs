using System.Net;
using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>The facts of the first reading as the simulator knows them, and the join run on them.</summary>
public static class SimFacts
{
    public static IReadOnlyList<Fact> Join(params SimCapture[] captures)
    {
        var sources = captures.Select((c, i) => new JourneySource(c.Name, () => CaptureFile.Open(new MemoryStream(c.ToPcap()), c.Name), i)).ToArray();
        return JourneyJoin.Run(sources, new FactSet(captures.SelectMany(Of)), CancellationToken.None);
    }

    private static IEnumerable<Fact> Of(SimCapture capture, int index)
    {
        var at = new VantagePoint(capture.Node, null, capture.Interface);
        var frames = capture.Frames();
        yield return new CaptureSummary(at, new Provenance(capture.Name), index, 1, false)
        {
            Frames = frames.Count,
            First = frames.Count > 0 ? new Timestamp(capture.ClockAt(frames[0].Time)) : null,
            Last = frames.Count > 0 ? new Timestamp(capture.ClockAt(frames[^1].Time)) : null,
            KernelDrops = capture.KernelDrops,
            AckedUnseenSegments = capture.AckedUnseen,
        };

        var number = 0;
        foreach (var flow in frames.Index().GroupBy(f => (f.Item.Flow, Ends(f.Item), Text(f.Item))).OrderBy(g => g.Min(f => f.Index)))
        {
            yield return Flow(capture, index, at, number++, [.. flow], flow.Key.Item3);
        }
    }

    private static TcpFlow Flow(SimCapture capture, int index, VantagePoint at, int number, (int Index, SimPacket Item)[] frames, string? tunnel)
    {
        var first = frames[0].Item;
        var (client, server) = first.FromClient ? (first.Source, first.Destination) : (first.Destination, first.Source);
        var synchronised = frames.Any(f => (f.Item.Flags & 2) != 0);
        // Without a SYN the end with the higher port is taken for the client.
        var swapped = !synchronised && server.Port > client.Port;
        var senders = new[] { Sender(frames, true), Sender(frames, false) };
        return new TcpFlow(
            at, new Provenance(capture.Name, Frame: frames[0].Index + 1), index, number, swapped ? server : client, swapped ? client : server, tunnel,
            new Timestamp(capture.ClockAt(first.Time)), new Timestamp(capture.ClockAt(frames[^1].Item.Time)), frames.Length,
            senders[swapped ? 1 : 0], senders[swapped ? 0 : 1], synchronised, null);
    }

    private static TcpSender Sender((int Index, SimPacket Item)[] frames, bool fromClient)
    {
        var own = frames.Select(f => f.Item).Where(p => p.FromClient == fromClient).ToArray();
        var data = own.Where(p => p.Length > 0).ToArray();
        var syn = own.FirstOrDefault(p => (p.Flags & 2) != 0);
        var wire = data.Where(p => p.Length <= 1448).Select(p => p.DatagramLength).DefaultIfEmpty(0).Max();
        return new TcpSender(
            data.Length, data.Sum(p => (long)p.Length), 0, data.Length - data.Select(p => p.Sequence).Distinct().Count(), null, null, null,
            true, syn?.Sequence, wire, wire, own.FirstOrDefault()?.Ttl, null, null, new Dictionary<string, long>(), false, null);
    }

    private static string Ends(SimPacket p) => p.FromClient ? $"{p.Source} {p.Destination}" : $"{p.Destination} {p.Source}";

    private static string? Text(SimPacket p) => p.Tunnel is not { } t ? null
        : p.FromClient ? $"{t.Type} {t.Source}>{t.Destination}" : $"{t.Type} {t.Destination}>{t.Source}";

    public static IEnumerable<SegmentPlacement> Placements(this IReadOnlyList<Fact> facts) => facts.OfType<SegmentPlacement>();

    public static IPEndPoint End(string text) => IPEndPoint.Parse(text);
}
