using System.Collections;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Talk;

namespace Whydrop.Tcp.Facts;

/// <summary>Turns what there is to tell of single connections into facts.</summary>
// SAFETY: indices run below the counts of slabs that never move; nothing is added to them once the capture has been read.
internal sealed unsafe class ConnectionFacts(FlowEngine engine, VantagePoint[] at, string source, int firstCapture)
{
    /// <summary>Segments that opened or ended connections, in the order they passed.</summary>
    public IEnumerable<Fact> Controls()
    {
        var controls = engine.Controls;
        var order = new int[controls.RowCount];
        var frames = new uint[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            frames[i] = FrameOf(i);
        }

        Array.Sort(frames, order);
        foreach (var i in order)
        {
            yield return Control(i);
        }

        if (controls.NotKept > 0)
        {
            yield return Limited($"{controls.NotKept} SYN, FIN and RST segments are not listed one by one; {controls.RowCount} are");
        }
    }

    /// <summary>Silences of the connections that are listed, in the order they began.</summary>
    public IEnumerable<Fact> Pauses(BitArray listed)
    {
        var pauses = engine.Pauses;
        var order = new int[pauses.RowCount];
        var frames = new ulong[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            frames[i] = StartOf(i);
        }

        Array.Sort(frames, order);
        var left = pauses.NotKept;
        foreach (var i in order)
        {
            if (listed[FlowOf(i)])
            {
                yield return Pause(i);
            }
            else
            {
                left++;
            }
        }

        if (left > 0)
        {
            yield return Limited($"{left} pauses are not listed one by one: shorter ones of a connection with {PauseBook.MostOpen}, or of connections without anything unusual");
        }
    }

    /// <summary>Times without window, in the order they ended.</summary>
    public IEnumerable<Fact> ZeroWindows()
    {
        for (var i = 0; i < engine.ZeroWindows.RowCount; i++)
        {
            yield return ZeroWindow(i);
        }

        if (engine.ZeroWindows.NotKept > 0)
        {
            yield return Limited($"{engine.ZeroWindows.NotKept} times without window are not listed one by one; {engine.ZeroWindows.RowCount} are");
        }
    }

    private ZeroWindowPeriod ZeroWindow(int index)
    {
        var row = *engine.ZeroWindows[index];
        var point = engine.Table.Records[row.Flow]->Key.Point;
        return new ZeroWindowPeriod(
            at[point], From(row.Frame), firstCapture + point, row.Flow, FromClient(row.Flow, row.ReceiverHigh), new Timestamp(row.Start),
            TimeSpan.FromTicks(row.Duration / 100), row.Probes, row.ProbesAnswered, row.Reopened);
    }

    /// <summary>Times of the applications, of the connections that are listed.</summary>
    public IEnumerable<Fact> Exchanges(BitArray listed)
    {
        for (var i = 0; i < engine.Exchanges.RowCount; i++)
        {
            if (Exchange(i, listed) is { } timing)
            {
                yield return timing;
            }
        }

        if (engine.Exchanges.NotKept > 0)
        {
            yield return Limited($"times of answers are kept for {engine.Exchanges.RowCount} connections; there was no room for others");
        }
    }

    private ExchangeTiming? Exchange(int index, BitArray listed)
    {
        var row = engine.Exchanges[index];
        if (!listed[row->Flow] || (row->Exchanges == 0 && row->SmallWaits == 0 && row->Requests.Count == 0))
        {
            return null;
        }

        var point = engine.Table.Records[row->Flow]->Key.Point;
        return new ExchangeTiming(
            at[point], From(engine.Table.Openings[row->Flow]->FirstFrame), firstCapture + point, row->Flow, row->Exchanges, row->Answers.Median(),
            row->Answers.Count == 0 ? null : TimeSpan.FromTicks(row->MaxAnswer / 100), row->MaxAnswerFrame == 0 ? null : row->MaxAnswerFrame,
            row->Acks.Median(), row->Requests.Median(), row->Requests.Count == 0 ? null : TimeSpan.FromTicks(row->MaxRequest / 100),
            row->SmallWaits, row->Waits.Median());
    }

    private ulong StartOf(int index) => ((ulong)engine.Pauses[index]->StartFrame << 32) | (uint)engine.Pauses[index]->Flow;

    private int FlowOf(int index) => engine.Pauses[index]->Flow;

    private Pause Pause(int index)
    {
        var row = *engine.Pauses[index];
        var point = engine.Table.Records[row.Flow]->Key.Point;
        var clientHigh = (engine.Table.Openings[row.Flow]->Bits & FlowOpening.ClientHigh) != 0;
        var (client, server) = clientHigh ? (row.HighOutstanding, row.LowOutstanding) : (row.LowOutstanding, row.HighOutstanding);
        var (clientWindow, serverWindow) = clientHigh ? (row.HighWindow, row.LowWindow) : (row.LowWindow, row.HighWindow);
        return new Pause(
            at[point], From(row.StartFrame), firstCapture + point, row.Flow, new Timestamp(row.Start), TimeSpan.FromTicks(row.Duration / 100),
            row.Is(PauseRow.LastFromHigh) == clientHigh, row.LastLength, row.Is(PauseRow.DataFromHigh) == clientHigh, client, server,
            clientWindow < 0 ? null : clientWindow, serverWindow < 0 ? null : serverWindow, row.Is(PauseRow.EndedFromHigh) == clientHigh,
            row.EndedBy, row.EndFrame == 0 ? null : From(row.EndFrame));
    }

    private uint FrameOf(int index) => engine.Controls[index]->Frame;

    private ControlSegment Control(int index)
    {
        var row = *engine.Controls[index];
        var flow = engine.Table.Records[row.Flow];
        var point = flow->Key.Point;
        return new ControlSegment(
            at[point], From(row.Frame), firstCapture + point, row.Flow, FromClient(row.Flow, row.Is(ControlRow.FromHigh)), row.Kind, row.Transmission,
            row.Kind == ControlKind.Reset ? null : row.Is(ControlRow.Answered), row.Sequence, row.Acknowledgment, row.Window, row.Length, row.Ttl,
            row.UsualTtl < 0 ? null : row.UsualTtl, flow->Key.IsIpv6 || row.Is(ControlRow.IpIdForgotten) ? null : row.IpId, flow->Key.IsIpv6 || row.Is(ControlRow.DontFragment),
            row.Is(ControlRow.HasTimestamp), row.EcnSetup, new Timestamp(row.Time));
    }

    private bool FromClient(int flow, bool fromHigh) => ((engine.Table.Openings[flow]->Bits & FlowOpening.ClientHigh) != 0) == fromHigh;

    private Provenance From(long? frame) => new(source, Frame: frame);

    private Gap Limited(string reason) => new(at.Length > 0 ? at[0].Stack : VantagePoint.Unknown, From(null), GapKind.Limited, reason);
}
