using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Facts;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Memory;

namespace Whydrop.Tcp.Fates;

/// <summary>Enters decided transmissions: totals per capture point, sizes per direction, and a bounded number of single fates.</summary>
// SAFETY: rows and sizes live in slabs that never move; a size list begins at a number stored by this class only, 0 being none.
internal sealed unsafe class FateBook(FlowTable table, List<PointTally> points, int mostRows) : IDisposable
{
    private const int MostSizes = 2048;

    /// <summary>Rows of a direction that are looked at again when news of decided bytes comes: what is late by more losses than this stays as it was decided.</summary>
    private const int MostReconsidered = 256;
    private readonly NativeSlab<FateRow> rows = new();
    private readonly NativeSlab<SizeTally> sizes = new();

    /// <summary>Fates beyond the limit.</summary>
    public long RowsNotKept { get; private set; }

    /// <summary>What ICMP told senders.</summary>
    public PathMtus? Paths { get; set; }

    /// <summary>Byte ranges that were decided too early because too many were open.</summary>
    public long GivenUp { get; set; }

    public int RowCount => rows.Count;

    public FateRow Row(int index) => *rows[index];

    public PointTally PointOf(Board* b) => points[table.Records[b->Flow]->Key.Point];

    /// <summary>Load of the direction the board's sender sends in.</summary>
    public LoadBins LoadOf(Board* b)
    {
        var clientHigh = (table.Openings[b->Flow]->Bits & FlowOpening.ClientHigh) != 0;
        return clientHigh == b->FromHigh ? PointOf(b).FromClient : PointOf(b).FromServer;
    }

    /// <summary>Round trip from here to the receiver in the handshake, in microseconds; 0 when not seen.</summary>
    public long HandshakeMicroseconds(Board* b)
    {
        var opening = table.Openings[b->Flow];
        if (opening->HandshakeRtt == 0)
        {
            return 0;
        }

        var toServer = opening->HandshakeRtt - 1L;
        var fromClient = ((opening->Bits & FlowOpening.ClientHigh) != 0) == b->FromHigh;
        return fromClient ? toServer : Math.Max(0, (opening->InitialRttNanoseconds / 1000) - toServer);
    }

    /// <summary>Both ends offered SACK (RFC 2018, 2) and were seen to.</summary>
    public bool SackInUse(Board* b)
    {
        var opening = table.Openings[b->Flow];
        return opening->Low.Has(SenderOpening.SackOffered) && opening->High.Has(SenderOpening.SackOffered);
    }

    /// <summary>Enters one transmission, or one range that never passed.</summary>
    /// <param name="b">Its board.</param>
    /// <param name="n">The transmission.</param>
    /// <param name="fate">Its fate.</param>
    /// <param name="proven">The receiver said so.</param>
    /// <param name="provenBy">In this frame.</param>
    /// <param name="neverDelivered">Nothing ever brought these bytes across.</param>
    /// <param name="unique">This is what became of these bytes in the end: true for one transmission of a byte.</param>
    /// <param name="repeat">The next transmission of the same bytes that passed here; without a frame when there was none.</param>
    public void Enter(Board* b, in Transmission n, Fate fate, bool proven, uint provenBy, bool neverDelivered, bool unique, in Transmission repeat = default)
    {
        CountSizes(b, n, fate);
        if (fate == Fate.Delivered)
        {
            return;
        }

        // A further piece of a segment: the same fate makes it part of the row that the segment has, another one a segment of its own.
        var row = n;
        var extends = n.Segments == 0 && !n.Is(Transmission.Hole) && Extend(b, n, fate);
        if (n.Segments == 0 && !n.Is(Transmission.Hole) && !extends)
        {
            (row.Segments, row.DatagramLength) = (1, 0);
            row.Marks |= Transmission.SizeUncertain;
        }

        var point = PointOf(b);
        point.Count(fate, row.Segments, n.Length, unique ? n.Length : 0);
        if (n.Is(Transmission.Hole))
        {
            point.UnseenSegments += row.Segments;
            point.UnseenBytes += n.Length;
        }

        CountOnBoard(b, row, fate);
        if (!extends)
        {
            Keep(b, row, fate, proven, provenBy, neverDelivered, repeat);
        }
    }

    /// <summary>
    /// A D-SACK (RFC 2883) for bytes that are decided: the copy sent last and not yet named came twice, else what was taken for lost had arrived, late, and
    /// its repetition was needless.
    /// </summary>
    public void TakeDSack(Board* b, long left, long right, uint frame)
    {
        for (var (i, steps) = (b->LastRow, 0); i > 0 && steps < MostReconsidered; i = rows[i - 1]->Before, steps++)
        {
            var row = rows[i - 1];
            if (row->StreamOffset < left || row->StreamOffset + row->Length > right || row->Named)
            {
                continue;
            }

            if (row->Fate == Fate.LostAfter && row->Repeat.Frame != 0)
            {
                TakeBackLost(b, row);
                BecomeNeedless(b, row);
            }
            else if (row->Fate is not (Fate.RetransmittedNeedlessly or Fate.Duplicated))
            {
                continue;
            }

            row->Named = true;
            (row->Proven, row->ProvenBy) = (true, frame);
            return;
        }
    }

    /// <summary>
    /// Bytes that filled a hole come once more: are they those that were missed, stamped before what came instead of them? Then nothing was lost before this
    /// place, and what filled the hole was needless.
    /// </summary>
    public bool WasOvertaken(Board* b, in Transmission arrival)
    {
        for (var (i, steps) = (b->LastRow, 0); i > 0 && steps < MostReconsidered; i = rows[i - 1]->Before, steps++)
        {
            var row = rows[i - 1];
            if (row->Fate == Fate.LostBefore && row->StreamOffset == arrival.Start && row->Length == arrival.Length && row->Repeat.Frame != 0
                && LateArrival.IsOlder(row->HasTimestamp, row->TsVal, row->IpId, row->Repeat.TsVal, arrival))
            {
                var point = PointOf(b);
                point.Count(Fate.LostBefore, -row->Segments, -row->Length, 0);
                point.UnseenSegments -= row->Segments;
                point.UnseenBytes -= row->Length;
                b->LostSegments -= row->Segments;
                b->LostBytes -= row->Length;
                BecomeNeedless(b, row);
                return true;
            }
        }

        return false;
    }

    private void TakeBackLost(Board* b, FateRow* row)
    {
        PointOf(b).Count(Fate.LostAfter, -row->Segments, -row->Length, 0);
        b->LostSegments -= row->Segments;
        b->LostBytes -= row->Length;
        if (row->DatagramLength != 0)
        {
            LoadOf(b).Lost(row->Sent, -row->Segments, -(row->Length + ((long)row->HeaderBytes * row->Segments)));
        }

        if (row->SizeCertain)
        {
            var payload = Math.Max(1, row->DatagramLength - row->HeaderBytes);
            var last = row->HeaderBytes + row->Length - ((row->Segments - 1) * payload);
            Move(Size(b, row->DatagramLength, row->DontFragment), row->Segments - 1);
            Move(Size(b, row->Segments == 1 ? row->DatagramLength : Math.Clamp(last, row->HeaderBytes + 1, row->DatagramLength), row->DontFragment), 1);
        }
    }

    private static void Move(SizeTally* size, long count)
    {
        size->Lost -= count;
        size->Delivered += count;
    }

    // The row now tells of the repetition; the transmission it told of is plainly delivered, or told by a row of its own.
    private void BecomeNeedless(Board* b, FateRow* row)
    {
        var repeat = row->Repeat;
        (row->Fate, row->Seen, row->NeverDelivered, row->Proven, row->ProvenBy) = (Fate.RetransmittedNeedlessly, true, false, false, 0);
        (row->Sent, row->Frame, row->Number, row->Recovery) = (repeat.Sent, repeat.Frame, Math.Max((byte)2, repeat.Number), repeat.Recovery);
        (row->DataOrdinal, row->BytesInFlight) = (repeat.DataOrdinal, repeat.BytesInFlight);
        PointOf(b).Count(Fate.RetransmittedNeedlessly, row->Segments, row->Length, 0);
    }

    /// <summary>Adds to (or takes back from) what was delivered of one size.</summary>
    public void CountDelivered(Board* b, long time, int length, int headerBytes, int datagramLimit, bool dontFragment, int sign)
    {
        var longest = datagramLimit == 0 ? length + headerBytes : Math.Min(datagramLimit, length + headerBytes);
        if (Paths is { IsEmpty: false } && Paths.Exceeds(table.Records[b->Flow]->Key, b->FromHigh, time, longest))
        {
            return;
        }

        if (datagramLimit == 0 || length + headerBytes <= datagramLimit)
        {
            Size(b, length + headerBytes, dontFragment)->Delivered += sign;
            return;
        }

        var payload = Math.Max(1, datagramLimit - headerBytes);
        Size(b, datagramLimit, dontFragment)->Delivered += sign * (length / payload);
        if (length % payload != 0)
        {
            Size(b, headerBytes + (length % payload), dontFragment)->Delivered += sign;
        }
    }

    /// <summary>The sizes of a board, ascending.</summary>
    public List<SizeCount> SizesOf(Board* b)
    {
        var list = new List<SizeCount>();
        for (var i = b->Sizes; i > 0; i = sizes[i - 1]->Next)
        {
            var size = sizes[i - 1];
            if (size->Delivered > 0 || size->Lost > 0)
            {
                list.Add(new SizeCount(size->DatagramLength, size->DontFragment, Math.Max(0, size->Delivered), size->Lost));
            }
        }

        list.Sort((x, y) => x.DatagramLength.CompareTo(y.DatagramLength));
        return list;
    }

    public void Dispose()
    {
        rows.Dispose();
        sizes.Dispose();
    }

    private static void CountOnBoard(Board* b, in Transmission n, Fate fate)
    {
        switch (fate)
        {
            case Fate.LostAfter or Fate.LostBefore:
                b->LostSegments += n.Segments;
                b->LostBytes += n.Length;
                break;
            case Fate.NotCaptured:
                b->NotCapturedBytes += n.Length;
                break;
            case Fate.Unknown:
                b->UnknownSegments += n.Segments;
                b->UnknownBytes += n.Length;
                break;
            default:
                break;
        }
    }

    private void CountSizes(Board* b, in Transmission n, Fate fate)
    {
        if (n.Is(Transmission.Hole) || n.Is(Transmission.NoDetail) || n.Segments == 0 || fate is Fate.Unknown or Fate.Looped)
        {
            return;
        }

        var lost = fate == Fate.LostAfter;
        var header = n.HeaderBytes;
        if (lost)
        {
            LoadOf(b).Lost(n.Time, n.Segments, n.Length + ((long)header * n.Segments));
        }

        if (!IsCertain(b, n))
        {
            return;
        }

        if (!n.Is(Transmission.SuperPacket))
        {
            var size = Size(b, n.DatagramLength, n.Is(Transmission.DontFragment));
            _ = lost ? size->Lost++ : size->Delivered++;
        }
        else
        {
            var payload = Math.Max(1, n.DatagramLength - header);
            var rest = n.Length - ((long)(n.Segments - 1) * payload);
            Add(Size(b, n.DatagramLength, n.Is(Transmission.DontFragment)), n.Segments - 1, lost);
            Add(Size(b, header + (int)Math.Clamp(rest, 1, payload), n.Is(Transmission.DontFragment)), 1, lost);
        }
    }

    private bool IsCertain(Board* b, in Transmission n) =>
        !n.Is(Transmission.SizeUncertain) && (Paths is null || Paths.IsEmpty || !Paths.Exceeds(table.Records[b->Flow]->Key, b->FromHigh, n.Time, n.DatagramLength));

    private static void Add(SizeTally* size, long count, bool lost)
    {
        size->Lost += lost ? count : 0;
        size->Delivered += lost ? 0 : count;
    }

    private SizeTally* Size(Board* b, int datagramLength, bool dontFragment)
    {
        for (var i = b->Sizes; i > 0; i = sizes[i - 1]->Next)
        {
            if (sizes[i - 1]->DatagramLength == datagramLength)
            {
                sizes[i - 1]->DontFragment &= dontFragment;
                return sizes[i - 1];
            }
        }

        if (b->SizeCount >= MostSizes)
        {
            return sizes[b->Sizes - 1];
        }

        var index = sizes.Add();
        sizes[index]->DatagramLength = datagramLength;
        sizes[index]->DontFragment = dontFragment;
        sizes[index]->Next = b->Sizes;
        b->Sizes = index + 1;
        b->SizeCount++;
        return sizes[index];
    }

    private bool Extend(Board* b, in Transmission n, Fate fate)
    {
        const int nearby = 32;
        for (var (i, steps) = (b->LastRow, 0); i > 0 && steps < nearby; i = rows[i - 1]->Before, steps++)
        {
            var row = rows[i - 1];
            if (row->Frame == n.Frame && row->Fate == fate && row->StreamOffset + row->Length == n.Start)
            {
                row->Length += n.Length;
                return true;
            }
        }

        return false;
    }

    private void Keep(Board* b, in Transmission n, Fate fate, bool proven, uint provenBy, bool neverDelivered, in Transmission repeat)
    {
        if (rows.Count >= mostRows)
        {
            RowsNotKept++;
            return;
        }

        *rows[rows.Add()] = new FateRow
        {
            Flow = b->Flow,
            FromHigh = b->FromHigh,
            Fate = fate,
            StreamOffset = n.Start,
            Sequence = b->SequenceOf(n.Start),
            Length = n.Length,
            Segments = (ushort)Math.Min(n.Segments, ushort.MaxValue),
            Seen = !n.Is(Transmission.Hole) && !n.Is(Transmission.NoDetail),
            SizeCertain = !n.Is(Transmission.Hole) && !n.Is(Transmission.NoDetail) && IsCertain(b, n),
            DatagramLength = n.DatagramLength,
            HeaderBytes = n.HeaderBytes,
            DontFragment = n.Is(Transmission.DontFragment),
            Number = n.Number,
            Recovery = n.Recovery,
            Frame = n.Frame,
            Proven = proven,
            ProvenBy = proven ? provenBy : 0,
            Sent = n.Time,
            NeverDelivered = neverDelivered,
            DataOrdinal = n.DataOrdinal,
            BytesInFlight = n.BytesInFlight,
            RttMicroseconds = n.RttMicroseconds,
            Named = n.DSacks > 0,
            HasTimestamp = n.Is(Transmission.HasTimestamp),
            TsVal = n.TsVal,
            IpId = n.IpId,
            Before = b->LastRow,
            Repeat = new FateRow.Repetition
            {
                Sent = repeat.Time,
                Frame = repeat.Frame,
                TsVal = repeat.TsVal,
                DataOrdinal = repeat.DataOrdinal,
                BytesInFlight = repeat.BytesInFlight,
                Number = repeat.Number,
                Recovery = repeat.Recovery,
            },
        };
        b->LastRow = rows.Count;
    }
}
