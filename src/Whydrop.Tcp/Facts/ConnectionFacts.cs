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
