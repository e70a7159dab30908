using System.Runtime.CompilerServices;
using Whydrop.Capture;
using Whydrop.Tcp.Artefacts;
using Whydrop.Tcp.Facts;
using Whydrop.Tcp.Fates;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;
using Whydrop.Tcp.Recording;
using Whydrop.Tcp.Talk;
using Whydrop.Wire;

namespace Whydrop.Tcp.Flows;

/// <summary>
/// Takes every TCP segment of a capture in order. A clean segment (in order, acknowledging forward, nothing outstanding in question) only
/// moves its <see cref="FlowRecord"/> and the <see cref="FrameHistory"/>; everything else goes to <see cref="CarefulPath"/>.
/// </summary>
internal sealed unsafe class FlowEngine : IDisposable
{
    private const byte ControlOrAck = TcpFlag.Fin | TcpFlag.Syn | TcpFlag.Rst | TcpFlag.Ack;
    private readonly CarefulPath careful;
    private readonly int followed;
    private SegmentLog? log;

    public FlowEngine(TcpAnalysisOptions options, List<PointTally> points)
    {
        Points = points;
        Ledger = new Ledger(Table, History, points, options.MostSegmentFates);
        Pauses = new PauseBook(History, Table, Stories, Unusual, options.MostPauses, options.MostCleanFlows);
        ZeroWindows = new ZeroWindowBook(Stories, options.MostPauses);
        Exchanges = new ExchangeBook(History, Stories, Unusual, Ledger, options.TimesApplications ? 2 * Math.Max(options.MostCleanFlows, 1000) : 0);
        followed = options.TimesApplications ? options.MostCleanFlows : 0;
        Controls = new ControlBook(History, Stories, options.MostControlSegments);
        careful = new CarefulPath(this);
        log = options.Recording is { } allowance ? new SegmentLog(allowance) : null;
    }

    public FlowTable Table { get; } = new();

    public FrameHistory History { get; } = new();

    public NativeSlab<UnusualFlow> Unusual { get; } = new();

    public Ledger Ledger { get; }

    public List<PointTally> Points { get; }

    public StoryBook Stories { get; } = new();

    public ControlBook Controls { get; }

    public LoopBook Loops { get; } = new();

    public PauseBook Pauses { get; }

    public ZeroWindowBook ZeroWindows { get; }

    public ExchangeBook Exchanges { get; }

    /// <summary>Times a key was taken over by a new connection: what was looked up ahead may be stale.</summary>
    public int Reuses { get; set; }

    /// <summary>Takes the segments of a batch.</summary>
    /// <param name="segments">In the order of their frames; <see cref="TcpSegment.Flow"/> is what was foreseen.</param>
    /// <param name="batch">Their frames.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(Span<TcpSegment> segments, FrameBatch batch)
    {
        var firstFrame = (uint)batch.FirstFrameNumber;
        var reuses = Reuses;
        foreach (ref var s in segments)
        {
            var frameNumber = firstFrame + (uint)s.Row;
            var index = s.Flow;
            History.Now = frameNumber;
            if (index >= 0)
            {
                // SAFETY: an index out of the table is that of a record, and records never move.
                var flow = Table.Records[index];
                if (flow->Key.Same(s.Key) && Reuses == reuses)
                {
                    var fwd = s.FromHigh ? &flow->High : &flow->Low;
                    var rev = s.FromHigh ? &flow->Low : &flow->High;
                    if (flow->Unusual >= 0 && (s.Flags & ControlOrAck) == TcpFlag.Ack && IsClean(s, *fwd, *rev))
                    {
                        AdvanceClean(s, flow, fwd, rev, index, frameNumber);
                        log?.Append(s, index, frameNumber, batch.Bytes(batch.Frames[s.Row]));
                        continue;
                    }

                    careful.Take(ref s, index, frameNumber, batch.Bytes(batch.Frames[s.Row]));
                    continue;
                }
            }

            TakeUnforeseen(ref s, frameNumber, batch.Bytes(batch.Frames[s.Row]));
        }
    }

    public void Dispose()
    {
        ReleaseDetails();
        Table.Dispose();
        History.Dispose();
        Unusual.Dispose();
        Ledger.Dispose();
    }

    /// <summary>Lets go of what single connections do not need to be told.</summary>
    public void ReleaseDetails()
    {
        Stories.Dispose();
        Controls.Dispose();
        Pauses.Dispose();
        ZeroWindows.Dispose();
        Exchanges.Dispose();
    }

    // Not in the table when the batch was looked up, another connection with the same hash, or a key taken over since.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeUnforeseen(ref TcpSegment s, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        var index = Table.Find(s.Key, s.Hash);
        if (s.Damaged && index >= 0 && !CarefulPath.IsPlausible(s, Table.Records[index]))
        {
            LeaveOut(); // The damage is in its numbers.
            return;
        }

        if (index < 0)
        {
            index = Open(ref s, frameNumber, frame);
        }

        var flow = Table.Records[index];
        var fwd = s.FromHigh ? &flow->High : &flow->Low;
        var rev = s.FromHigh ? &flow->Low : &flow->High;
        if (flow->Unusual >= 0 && (s.Flags & ControlOrAck) == TcpFlag.Ack && !s.Damaged && IsClean(s, *fwd, *rev))
        {
            AdvanceClean(s, flow, fwd, rev, index, frameNumber);
            log?.Append(s, index, frameNumber, frame);
        }
        else
        {
            careful.Take(ref s, index, frameNumber, frame);
        }
    }

    /// <summary>Records a segment that was taken the careful way.</summary>
    public void Record(in TcpSegment s, int index, uint frameNumber, ReadOnlySpan<byte> frame) => log?.Append(s, index, frameNumber, frame);

    /// <summary>A frame with a TCP segment belongs to no connection, so what is recorded is not all.</summary>
    public void LeaveOut()
    {
        log?.End();
        log = null;
    }

    /// <summary>What was recorded; null when nothing was to be, or not all could be.</summary>
    public RecordedSegments? FinishLog() => log?.Finish(Table);

    /// <summary>A new connection for a key.</summary>
    public int Open(ref TcpSegment s, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        var index = Table.Add(s.Key, s.Hash);
        var opening = Table.Openings[index];
        opening->First = s.Time;
        opening->FirstFrame = frameNumber;
        opening->Low.Scale = opening->High.Scale = 0;
        Table.Records[index]->Low.Bits = Table.Records[index]->High.Bits = SenderState.ScaleUnknown;

        // Until a SYN tells, the end with the higher port is the client.
        var clientHigh = s.Key.PortHigh >= s.Key.PortLow;
        opening->Bits = (clientHigh ? FlowOpening.ClientHigh : 0) | (s.TunnelReversed ? FlowOpening.FirstTunnelReversed : 0) | (s.FromHigh ? FlowOpening.FirstFromHigh : 0);
        EndpointSightings.Take(Points[s.Key.Point].Point, s, frame);
        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsClean(in TcpSegment s, in SenderState fwd, in SenderState rev)
    {
        if (s.Sequence != fwd.NextSeq || fwd.NextSeq == 0 || s.Window == 0 || s.SackBlocks != 0 || (fwd.Bits & SenderState.FirstAck) != 0)
        {
            return false;
        }

        var advance = (int)(s.Acknowledgment - fwd.LastAck);
        if ((int)(rev.NextSeq - s.Acknowledgment) < 0 && rev.Frames != 0)
        {
            return false;
        }

        if (s.Length == 0)
        {
            return advance > 0;
        }

        var end = s.Sequence + (uint)s.Length;
        return advance >= 0
            && (rev.LastAck == 0 || (int)(fwd.NextSeq - rev.LastAck) >= 0)
            && !(s.Length == 1 && rev.Window == 0 && rev.Frames != 0)
            && !(rev.IsScaleKnown && rev.LastAck + ((uint)rev.Window << rev.WindowShift) - end <= fwd.Mss);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AdvanceClean(in TcpSegment s, FlowRecord* flow, SenderState* fwd, SenderState* rev, int index, uint frameNumber)
    {
        if (s.Time - flow->LastTime >= PauseBook.Shortest)
        {
            AfterSilence(s, flow, index, frameNumber);
        }

        if ((rev->Bits & SenderState.Timing) != 0 && (int)(s.Acknowledgment - rev->TimedEnd) >= 0)
        {
            var sample = rev->TakeRttSample(s.Time);
            if (IsFollowed(flow, index))
            {
                AfterAcknowledgment(s, index, sample);
            }
        }

        fwd->LastAck = s.Acknowledgment;
        fwd->Window = s.Window;
        fwd->Ttl = s.Ttl;
        fwd->Frames++;
        if (s.Length > 0)
        {
            if ((CountData(s, flow, fwd) || flow->HighSentLast != s.FromHigh) && IsFollowed(flow, index))
            {
                AfterData(s, index, frameNumber);
            }

            fwd->NextSeq += (uint)s.Length;
        }

        History.Append(s, frameNumber, flow->LastFrame, probe: false);
        flow->LastFrame = frameNumber;
        flow->LastTime = s.Time;
        flow->Spoke(s.FromHigh, s.Length > 0);
        if (flow->Unusual > 0)
        {
            careful.AfterClean(s, index);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AfterSilence(in TcpSegment s, FlowRecord* flow, int index, uint frameNumber) => Pauses.Take(s, flow, index, 0, frameNumber);

    /// <summary>Times are kept of connections that will be listed one by one: the first ones, and those with something unusual.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsFollowed(FlowRecord* flow, int index) => index < followed || flow->Unusual != 0;

    /// <summary>A round trip was measured on a connection that is followed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void AfterAcknowledgment(in TcpSegment s, int index, uint microseconds)
    {
        var d = careful.Look(index, s.FromHigh);
        Exchanges.Acknowledged(s, d, microseconds);
        if (d.Flow->Unusual != 0)
        {
            var unusual = Unusual[Math.Abs(d.Flow->Unusual) - 1];
            Ledger.Measured(s.FromHigh ? unusual->LowBoard : unusual->HighBoard, s.Time, microseconds);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AfterData(in TcpSegment s, int index, uint frameNumber) => Exchanges.Spoke(s, careful.Look(index, s.FromHigh), frameNumber);

    /// <summary>Counts a data segment and starts the clock on it when none runs (Karn: one segment is timed at a time, new data only).</summary>
    /// <returns>The clock was started: all data that was timed before is acknowledged.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CountData(in TcpSegment s, FlowRecord* flow, SenderState* fwd)
    {
        var limit = fwd->Mss == 0 || s.Length + s.TcpOptionsLength > fwd->Mss ? WireSegments.PayloadLimit(s, *fwd) : 0;
        var datagram = s.IpLength;
        if (limit != 0)
        {
            Points[flow->Key.Point].SuperPackets++;
            datagram = s.IpLength - s.Length + limit;
        }

        fwd->Segments += (uint)WireSegments.Count(s.Length, limit);
        fwd->Bytes += s.Length;
        fwd->LargestDatagram = (ushort)Math.Min(Math.Max(fwd->LargestDatagram, datagram), ushort.MaxValue);
        if ((fwd->Bits & SenderState.Timing) == 0)
        {
            fwd->Bits |= SenderState.Timing;
            fwd->TimedEnd = s.Sequence + (uint)s.Length;
            fwd->TimedAt = (uint)(s.Time / 1000);
            return true;
        }

        return false;
    }
}
