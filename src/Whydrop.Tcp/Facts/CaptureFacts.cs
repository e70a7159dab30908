using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Fates;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp.Facts;

/// <summary>Turns the finished analysis into facts.</summary>
// SAFETY: indices run below the counts of slabs that never move; nothing is added to them once the capture has been read.
internal sealed unsafe class CaptureFacts(
    FlowEngine engine, OtherFrames others, CaptureFile file, CaptureEnding? ending, TcpAnalysisOptions options,
    string source, int firstCapture, VantagePoint[] at, FlowFacts flows)
{
    private const int MostPieces = 4096;
    private const int MostUnseenPieces = 256;
    private readonly long[] flowCounts = new long[engine.Points.Count];
    private readonly long[] sentSegments = new long[engine.Points.Count];
    private readonly long[] sentBytes = new long[engine.Points.Count];
    private readonly long[] oneSided = new long[engine.Points.Count];
    private readonly long[] twoSided = new long[engine.Points.Count];
    private readonly long[] midFlow = new long[engine.Points.Count];
    private readonly long?[] silences = new long?[engine.Points.Count];
    private readonly ObservationCounts[] observed = new ObservationCounts[engine.Points.Count];

    /// <param name="clean">Connections without anything unusual are told one by one as well, up to the limit.</param>
    public IEnumerable<Fact> All(bool clean)
    {
        CountFlows();
        for (var i = 0; i < engine.Points.Count; i++)
        {
            yield return Summary(i);
        }

        var connections = new ConnectionFacts(engine, at, source, firstCapture);
        foreach (var fact in Flows(clean).Concat(connections.Controls()).Concat(connections.Pauses(flows.Listed)).Concat(connections.ZeroWindows()).Concat(connections.Exchanges(flows.Told)).Concat(new LoopFacts(engine, others, at, source, firstCapture).All()).Concat(Tallies()).Concat(Fates()).Concat(Sizes()).Concat(Timelines()).Concat(Icmp()).Concat(Fragments()).Concat(new DatagramFacts(others, at, source, firstCapture).All()).Concat(Gaps()))
        {
            yield return fact;
        }
    }

    private Provenance From(long? frame = null) => new(source, Frame: frame);

    private void CountFlows()
    {
        // Where there was no room for all, none at one interface may mean that those of others took it.
        Array.Fill(silences, engine.Pauses.NotKept == 0 ? 0 : null);
        for (var i = 0; i < engine.Pauses.RowCount; i++)
        {
            var point = engine.Table.Records[engine.Pauses[i]->Flow]->Key.Point;
            silences[point] = (silences[point] ?? 0) + 1;
        }

        for (var i = 0; i < engine.Table.Count; i++)
        {
            var flow = engine.Table.Records[i];
            var opening = engine.Table.Openings[i];
            var point = flow->Key.Point;
            flowCounts[point]++;
            sentSegments[point] += (long)flow->Low.Segments + flow->High.Segments;
            sentBytes[point] += flow->Low.Bytes + flow->High.Bytes;
            var (low, high) = (flow->Low, flow->High);
            oneSided[point] += (low.Frames == 0 || high.Frames == 0) && low.Segments + high.Segments > 0 ? 1 : 0;
            twoSided[point] += low.Frames > 0 && high.Frames > 0 ? 1 : 0;
            midFlow[point] += ((opening->Low.Bits | opening->High.Bits) & (SenderOpening.SawSyn | SenderOpening.SawSynAck)) == 0 ? 1 : 0;
            if (flow->Unusual != 0)
            {
                var unusual = engine.Unusual[Math.Abs(flow->Unusual) - 1];
                for (var o = 0; o < ObservationCounts.Length; o++)
                {
                    observed[point][o] += unusual->Low.Counts[o] + unusual->High.Counts[o];
                }
            }
        }
    }

    private CaptureSummary Summary(int i)
    {
        var p = engine.Points[i];
        var face = p.Point.FileInterface < file.Interfaces.Count ? file.Interfaces[p.Point.FileInterface] : null;
        var drops = face is null || (face.OsDropped is null && face.DropCount is null && face.InterfaceDropped is null)
            ? (long?)null
            : Math.Max(face.OsDropped ?? 0, face.DropCount ?? 0) + (face.InterfaceDropped ?? 0);
        return new CaptureSummary(at[i], From(), firstCapture + i, p.Point.LinkType, p.Point.AnyDevice)
        {
            Frames = p.Frames,
            TcpSegments = p.TcpSegments,
            First = p.Frames == 0 ? null : new Timestamp(p.First),
            Last = p.Frames == 0 ? null : new Timestamp(p.Last),
            SnapLength = (int)Math.Min(face?.SnapLength ?? 0, int.MaxValue),
            CutFrames = p.CutFrames,
            KernelDrops = drops,
            Complete = ending is null || ending.Kind == CaptureEndingKind.Complete,
            CopiedFrames = p.CopiedFrames,
            RoutedCopies = p.RoutedCopies,
            LoopedDatagrams = p.LoopedDatagrams,
            GroupMessages = p.GroupMessages,
            SuperPackets = p.SuperPackets,
            BadChecksums = p.BadChecksums,
            BadChecksumsAreOutgoing = p.BadChecksums > 0 && p.BadChecksumsNotOffload == 0,
            BackwardSteps = p.BackwardSteps,
            Flows = flowCounts[i],
            OneSidedFlows = oneSided[i],
            TwoSidedFlows = twoSided[i],
            MidFlowFlows = midFlow[i],
            ConnectionsTo = p.Point.MacAddresses.Where(m => m.AsDestination > 0).ToDictionary(m => m.Address, m => m.AsDestination, StringComparer.OrdinalIgnoreCase),
            Silences = silences[i],
            AckedUnseenSegments = observed[i][(int)Observation.AckedUnseenSegment],
            KeepAlives = observed[i][(int)Observation.KeepAlive],
            ZeroWindowProbes = observed[i][(int)Observation.ZeroWindowProbe],
            TailLossProbes = p.TailLossProbes,
        };
    }

    private IEnumerable<Fact> Flows(bool clean)
    {
        foreach (var flow in flows.All(clean))
        {
            yield return flow;
        }

        if (flows.CleanCount > options.MostCleanFlows)
        {
            yield return Limited($"{flows.CleanCount - options.MostCleanFlows} of {flows.CleanCount} connections without anything unusual are not listed one by one");
        }
    }

    private IEnumerable<Fact> Tallies()
    {
        for (var i = 0; i < engine.Points.Count; i++)
        {
            var p = engine.Points[i];
            var deliveredSegments = sentSegments[i] + p.UnseenSegments - p.Segments.Sum();
            var deliveredBytes = sentBytes[i] + p.UnseenBytes - p.Bytes.Sum();
            yield return new FateTally(at[i], From(), firstCapture + i, Fate.Delivered, deliveredSegments, deliveredBytes, deliveredBytes - p.DeliveredAgainBytes);
            for (var f = 0; f < PointTally.Fates; f++)
            {
                if (p.Segments[f] != 0 || p.Bytes[f] != 0)
                {
                    yield return new FateTally(at[i], From(), firstCapture + i, (Fate)f, p.Segments[f], p.Bytes[f], p.UniqueBytes[f]);
                }
            }
        }
    }

    private IEnumerable<Fact> Fates()
    {
        var book = engine.Ledger.Book;
        for (var i = 0; i < book.RowCount; i++)
        {
            foreach (var fate in Expand(book.Row(i)))
            {
                yield return fate;
            }
        }

        if (book.GivenUp > 0)
        {
            yield return Limited($"{book.GivenUp} byte ranges were given up undecided: more than {Sending.MostNodes} were open in one direction of a connection at a time");
        }

        if (book.RowsNotKept > 0)
        {
            yield return Limited($"the fates of {book.RowsNotKept} transmissions are in the totals only; {book.RowCount} are listed");
        }
    }

    // A merged frame is told segment by segment, as it was on the wire; a hole by the usual size of segments.
    private IEnumerable<SegmentFate> Expand(FateRow row)
    {
        var payload = Math.Max(1, row.DatagramLength - row.HeaderBytes);
        var pieces = Math.Clamp((int)row.Segments, 1, row.Seen || row.Fate == Fate.LostBefore ? MostPieces : MostUnseenPieces);
        if (pieces == 1)
        {
            yield return One(row, row.StreamOffset, row.Length, 0);
            yield break;
        }

        for (var k = 0; k < pieces; k++)
        {
            var offset = (long)k * payload;
            var length = k == pieces - 1 ? row.Length - offset : Math.Min(payload, row.Length - offset);
            if (length > 0)
            {
                yield return One(row, row.StreamOffset + offset, (int)length, k);
            }
        }
    }

    private SegmentFate One(FateRow row, long offset, int length, int ordinal)
    {
        var flow = engine.Table.Records[row.Flow];
        var clientHigh = (engine.Table.Openings[row.Flow]->Bits & FlowOpening.ClientHigh) != 0;
        var point = flow->Key.Point;
        var datagram = row.Segments > 1 ? Math.Min(row.DatagramLength, row.HeaderBytes + length) : row.DatagramLength;
        return new SegmentFate(
            at[point], From(row.Frame == 0 ? null : row.Frame), firstCapture + point, row.Flow, row.FromHigh == clientHigh,
            row.Sequence + (uint)(offset - row.StreamOffset), offset, length, row.SizeCertain ? datagram : null, row.Seen ? row.DontFragment : null,
            Math.Max((int)row.Number, 1), RecoveryKind.From(row.Recovery), row.Fate, row.Proven, row.ProvenBy == 0 ? null : From(row.ProvenBy),
            new Timestamp(row.Sent <= 0 ? engine.Points[point].First : row.Sent), row.NeverDelivered, row.DataOrdinal + (long)ordinal,
            row.BytesInFlight, row.RttMicroseconds == 0 ? null : TimeSpan.FromMicroseconds(row.RttMicroseconds - 1)) { CameTwice = row.Named };
    }

    private IEnumerable<Fact> Sizes()
    {
        for (var i = 0; i < engine.Table.Count; i++)
        {
            foreach (var fromHigh in new[] { false, true })
            {
                if (SizesOf(i, fromHigh) is { } sizes)
                {
                    yield return sizes;
                }
            }
        }
    }

    private DatagramSizes? SizesOf(int index, bool fromHigh)
    {
        var flow = engine.Table.Records[index];
        if (flow->Unusual == 0)
        {
            return null;
        }

        var unusual = engine.Unusual[Math.Abs(flow->Unusual) - 1];
        var board = engine.Ledger.BoardOf(fromHigh ? unusual->HighBoard : unusual->LowBoard);
        if (board == null)
        {
            return null;
        }

        var opening = engine.Table.Openings[index];
        var sizes = engine.Ledger.Book.SizesOf(board);
        var fromClient = fromHigh == ((opening->Bits & FlowOpening.ClientHigh) != 0);
        return sizes.Count == 0 ? null : new DatagramSizes(at[flow->Key.Point], From(opening->FirstFrame), firstCapture + flow->Key.Point, index, fromClient, sizes);
    }

    private IEnumerable<Fact> Timelines()
    {
        for (var i = 0; i < engine.Points.Count; i++)
        {
            foreach (var (bins, fromClient) in new[] { (engine.Points[i].FromClient, true), (engine.Points[i].FromServer, false) })
            {
                if (!bins.IsEmpty)
                {
                    yield return new LoadTimeline(
                        at[i], From(), firstCapture + i, fromClient, new Timestamp(bins.Start), TimeSpan.FromTicks(bins.Width / 100), bins.Bins);
                }
            }
        }
    }

    private IEnumerable<Fact> Icmp()
    {
        foreach (var r in others.Icmp)
        {
            yield return new IcmpError(
                at[r.Point], From(r.Frame), firstCapture + r.Point, r.Version, r.Type, r.Code, r.Reporter, r.Receiver, r.NextHopMtu,
                r.Source, r.Destination, r.Protocol, r.Sequence, r.QuotedLength, new Timestamp(r.Time));
        }

        if (others.IcmpNotKept > 0)
        {
            yield return Limited($"{others.IcmpNotKept} ICMP errors beyond the first {others.Icmp.Count} are not listed");
        }
    }

    private IEnumerable<Fact> Fragments()
    {
        foreach (var (point, from, to, protocol, t) in others.Fragments.Finish())
        {
            yield return new FragmentTally(
                at[point], From(t.IncompleteExample), firstCapture + point, from, to, protocol, t.Datagrams, t.Complete, t.MissingFirst,
                t.MissingLater, t.Largest, t.IncompleteExample);
        }

        if (others.Fragments.NotKept > 0)
        {
            yield return Limited($"{others.Fragments.NotKept} fragmented datagrams between further pairs of addresses are not listed");
        }
    }

    private IEnumerable<Fact> Gaps()
    {
        if (ending is null || ending.Kind == CaptureEndingKind.Complete)
        {
            yield break;
        }

        var kind = ending.Kind switch
        {
            CaptureEndingKind.Truncated => GapKind.Truncated,
            CaptureEndingKind.LimitExceeded => GapKind.Unsupported,
            _ => GapKind.Malformed,
        };
        yield return new Gap(at.Length > 0 ? at[0] : VantagePoint.Unknown, From(ending.FrameNumber == 0 ? null : ending.FrameNumber), kind, ending.Reason);
    }

    private Gap Limited(string reason) => new(at.Length > 0 ? at[0].Stack : VantagePoint.Unknown, From(), GapKind.Limited, reason);
}
