using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Artefacts;
using Whydrop.Tcp.Flows;

namespace Whydrop.Tcp.Facts;

/// <summary>Turns datagrams that went round in loops into facts.</summary>
// SAFETY: a row's connection is one of the table's, whose records never move.
internal sealed unsafe class LoopFacts(FlowEngine engine, OtherFrames others, VantagePoint[] at, string source, int firstCapture)
{
    private const long Patience = 1_000_000_000;

    public IEnumerable<Fact> All()
    {
        if (engine.Loops.Rows.Count == 0)
        {
            yield break;
        }

        var expired = others.Icmp.Where(IsTimeExceeded).ToLookup(r => (r.Source!.Address, r.Destination!.Address));
        foreach (var row in engine.Loops.Rows)
        {
            yield return Loop(row, expired);
        }

        if (engine.Loops.NotKept > 0)
        {
            yield return new Gap(at[0].Stack, new Provenance(source), GapKind.Limited, $"{engine.Loops.NotKept} further datagrams in loops are not listed; {engine.Loops.Rows.Count} are");
        }
    }

    // RFC 792: type 11 code 0; RFC 4443, 3.3: type 3 code 0.
    private static bool IsTimeExceeded(IcmpRow r) => r.Code == 0 && r.Type == (r.Version == 4 ? 11 : 3) && r.Source is not null && r.Destination is not null;

    private RoutingLoop Loop(LoopRow row, ILookup<(IPAddress Source, IPAddress Destination), IcmpRow> expired)
    {
        var track = row.Track;
        var step = track.StepOrGuess();
        var (from, to) = (row.Source.ToAddress(), row.Destination.ToAddress());
        var quoted = expired[(from, to)].Any(r => Quotes(r, row));
        string?[] macs = [track.LinkA.ToText(), track.LinkB.ToText()];
        return new RoutingLoop(
            at[row.Point], new Provenance(source, Frame: track.FirstFrame), firstCapture + row.Point, row.Flow < 0 ? null : row.Flow, from, to, row.IpId,
            track.Passes, track.FirstTtl, track.LastTtl, step, new Timestamp(track.FirstTime), TimeSpan.FromTicks(Math.Max(0, track.LastTime - track.FirstTime) / 100),
            quoted || track.LastTtl <= step ? true : IsDelivered(row) ? false : null, [.. macs.OfType<string>()]);
    }

    private static bool Quotes(IcmpRow r, LoopRow row) =>
        r.Protocol == row.Protocol && r.Time >= row.Track.FirstTime && r.Time <= row.Track.LastTime + Patience
        && (row.Flow < 0 || r.Sequence is null || r.Sequence == row.Sequence);

    // Acknowledged although its sender never sent anything again.
    private bool IsDelivered(LoopRow row)
    {
        if (row.Flow < 0 || row.Length == 0)
        {
            return false;
        }

        var flow = engine.Table.Records[row.Flow];
        var unusual = flow->Unusual == 0 ? null : engine.Unusual[Math.Abs(flow->Unusual) - 1];
        var board = unusual == null ? null : engine.Ledger.BoardOf(row.FromHigh ? unusual->HighBoard : unusual->LowBoard);
        var receiver = row.FromHigh ? flow->Low : flow->High;
        return (board == null || board->Retransmissions == 0) && receiver.LastAck != 0 && (int)(receiver.LastAck - (row.Sequence + (uint)row.Length)) >= 0;
    }
}
