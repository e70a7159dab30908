using System.Collections;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Flows;

namespace Whydrop.Tcp.Facts;

/// <summary>Which connections become facts, and the facts.</summary>
// SAFETY: indices run below the counts of slabs that never move; nothing is added to them once the capture has been read.
internal sealed unsafe class FlowFacts(FlowEngine engine, FlowReports reports, TcpAnalysisOptions options, VantagePoint[] at, string source, int firstCapture)
{
    /// <summary>Connections that were told one by one; complete when all have been.</summary>
    public BitArray Told { get; } = new(engine.Table.Count);

    /// <summary>These, and those that <see cref="Clean"/> holds instead.</summary>
    public BitArray Listed { get; } = new(engine.Table.Count);

    /// <summary>Connections without anything unusual.</summary>
    public long CleanCount { get; private set; }

    /// <summary>Where the frames of a point were taken.</summary>
    public VantagePoint At(int point) => at[point];

    /// <summary>All that are to be told one by one.</summary>
    /// <param name="clean">Also those without anything unusual, up to the limit.</param>
    public IEnumerable<TcpFlow> All(bool clean)
    {
        CleanCount = 0;
        for (var i = 0; i < engine.Table.Count; i++)
        {
            var unusual = !IsClean(i);
            Listed[i] = unusual || CleanCount++ < options.MostCleanFlows;
            Told[i] = unusual || (clean && Listed[i]);
            if (Told[i])
            {
                yield return Of(i);
            }
        }
    }

    /// <summary>The others, up to the limit.</summary>
    public int[] Clean()
    {
        var flows = new List<int>();
        for (var i = 0; i < engine.Table.Count && flows.Count < options.MostCleanFlows; i++)
        {
            if (IsClean(i))
            {
                flows.Add(i);
            }
        }

        return [.. flows];
    }

    /// <summary>One connection.</summary>
    public TcpFlow Of(int index)
    {
        var report = reports.Of(index);
        return new TcpFlow(
            at[report.Point], new Provenance(source, Frame: report.FirstFrame), firstCapture + report.Point, index, report.Client, report.Server, report.Encapsulation,
            report.First, report.Last, report.Frames, Sender(report.FromClient), Sender(report.FromServer), report.Synchronised, report.HandshakeRtt);
    }

    /// <summary>What is asked most of one.</summary>
    public CleanFlow Glance(int index)
    {
        var flow = engine.Table.Records[index];
        var opening = engine.Table.Openings[index];
        var clientHigh = (opening->Bits & FlowOpening.ClientHigh) != 0;
        var (client, server) = clientHigh ? (flow->High, flow->Low) : (flow->Low, flow->High);
        var (clientOpening, serverOpening) = clientHigh ? (opening->High, opening->Low) : (opening->Low, opening->High);
        var toServer = client.MinRtt != 0 ? client.MinRtt : opening->HandshakeRtt;
        return new CleanFlow(
            index, flow->Key.Point, opening->FirstFrame, ((opening->Bits & FlowOpening.FirstFromHigh) != 0) == clientHigh, (long)client.Frames + server.Frames,
            Initial(clientOpening), Initial(serverOpening), client.LargestDatagram, server.LargestDatagram,
            Microseconds(toServer) + Microseconds(server.MinRtt), reports.Encapsulation(index));
    }

    /// <summary>The ends of one.</summary>
    public FlowEnds Ends(int index)
    {
        var flow = engine.Table.Records[index];
        var opening = engine.Table.Openings[index];
        var (client, server) = reports.Ends(index);
        var first = (opening->Bits & FlowOpening.ClientHigh) != 0 ? flow->High : flow->Low;
        return new FlowEnds(
            client, server, opening->HandshakeRtt == 0 ? null : Microseconds(opening->HandshakeRtt), first.Frames == 0 ? null : first.Ttl,
            flow->Low.Segments + flow->High.Segments > 0 || ((flow->Low.Bits | flow->High.Bits) & SenderState.FinSeen) != 0);
    }

    private bool IsClean(int flow)
    {
        if (reports.IsUnusual(flow))
        {
            return false;
        }

        var story = engine.Stories.Find(engine.Table.Openings[flow]);
        return story == null || (story->FirstControl == 0 && story->OpenPauses == 0);
    }

    private static uint? Initial(in SenderOpening opening) => (opening.Bits & (SenderOpening.SawSyn | SenderOpening.SawSynAck)) != 0 ? opening.Base : null;

    /// <summary>A time that is kept in microseconds plus one.</summary>
    private static TimeSpan Microseconds(uint kept) => kept == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(kept - 1);

    private TcpSender Sender(SenderReport r) => new(
        r.Segments, r.Bytes, r.UniqueBytes, r.Retransmissions, r.Mss, r.WindowScale, r.SackPermitted, r.Timestamps, r.InitialSequence,
        r.LargestDatagram, r.LargestDelivered, r.Ttl, r.MinRtt, r.SmoothedRtt, r.Observations, r.Fin, r.ResetFrame is { } frame ? new Provenance(source, Frame: frame) : null) { Unjudged = r.Unjudged };
}
