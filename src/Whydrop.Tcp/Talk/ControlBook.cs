using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp.Talk;

/// <summary>
/// SYNs, FINs and RSTs of connections whose opening or end was not plain. A plain connection leaves nothing here: what its opening looked like
/// is in its <see cref="FlowOpening"/>, its FINs are in the frame history, until something makes them worth telling.
/// </summary>
// SAFETY: rows, stories, records and openings live in slabs that never move; numbers of rows count from 1, 0 is none.
internal sealed unsafe class ControlBook(FrameHistory history, StoryBook stories, int mostRows) : IDisposable
{
    /// <summary>Kept per connection: enough for any ladder of timers, and a flood on one connection does not crowd out the others.</summary>
    private const int MostPerFlow = 64;
    private const int MostSteps = 1 << 16;
    private const int StepsToNeighbour = 64;
    private readonly NativeSlab<ControlRow> rows = new();

    /// <summary>Segments beyond the limits.</summary>
    public long NotKept { get; private set; }

    public int RowCount => rows.Count;

    /// <summary>The row with this number, from 0; in the order in which their connections became worth telling.</summary>
    public ControlRow* this[int index] => rows[index];

    /// <summary>Takes a SYN, FIN or RST before it changes the state of its connection.</summary>
    public void Take(in TcpSegment s, in Direction d, uint frameNumber)
    {
        if (First(d.Opening) == 0)
        {
            if (IsPlain(s, d, frameNumber))
            {
                history.KeepWindow(s, frameNumber);
                return;
            }

            TellEarlier(d.Flow, d.Opening, d.Index, frameNumber);
        }

        var row = new ControlRow
        {
            Time = s.Time,
            Frame = frameNumber,
            Sequence = s.Sequence,
            Acknowledgment = s.HasAck ? s.Acknowledgment : 0,
            TsVal = s.TsVal,
            FramesBefore = d.Rev->Frames,
            Length = s.Length,
            UsualTtl = UsualTtl(d),
            Window = s.Window,
            IpId = (ushort)s.IpId,
            Ttl = s.Ttl,
            Flags = s.Flags,
            Marks = (byte)((d.FromHigh ? ControlRow.FromHigh : 0) | (s.DontFragment ? ControlRow.DontFragment : 0) | (s.HasTimestamp ? ControlRow.HasTimestamp : 0)),
        };
        TakeAnswer(s, d);
        Add(row, d.Flow, d.Opening, d.Index);
    }

    /// <summary>At the end of the capture: openings and ends that nobody answered, and what became of those that are listed.</summary>
    public void Finish(FlowRecord* flow, FlowOpening* opening, int index)
    {
        if (First(opening) == 0 && IsUnanswered(flow))
        {
            TellEarlier(flow, opening, index, 0);
        }

        for (var number = First(opening); number != 0; number = rows[number - 1]->Next)
        {
            var row = rows[number - 1];
            if (!row->Is(ControlRow.Closed) && IsAnswered(*row, flow))
            {
                row->Marks |= ControlRow.Answered;
            }
        }
    }

    /// <summary>Whether a connection has an opening or an end that its other end never answered. Only the record is looked at.</summary>
    public static bool IsUnanswered(FlowRecord* flow) => IsUnanswered(flow->Low, flow->High) || IsUnanswered(flow->High, flow->Low);

    public void Dispose() => rows.Dispose();

    private int First(FlowOpening* opening) => opening->Story == 0 ? 0 : stories.Find(opening)->FirstControl;

    // The last a sender said was a SYN, or it has said FIN, and the other end acknowledged less. A capture of one direction cannot know.
    private static bool IsUnanswered(in SenderState sender, in SenderState other) =>
        sender.Frames != 0 && other.LastAck != sender.NextSeq
        && ((sender.Bits & SenderState.FirstAck) != 0 || ((sender.Bits & SenderState.FinSeen) != 0 && other.Frames != 0));

    private static bool IsPlain(in TcpSegment s, in Direction d, uint frameNumber) =>
        !s.IsReset && (s.IsSyn ? d.FwdOpening->SynFrame == frameNumber : (d.Fwd->Bits & SenderState.FinSeen) == 0);

    // A reset may be somebody else's work: the TTL before it is the sender's own.
    private short UsualTtl(in Direction d)
    {
        ControlRow* reset = null;
        for (var number = First(d.Opening); number != 0; number = rows[number - 1]->Next)
        {
            var row = rows[number - 1];
            reset = row->Kind == ControlKind.Reset && row->Is(ControlRow.FromHigh) == d.FromHigh ? row : reset;
        }

        return reset != null && LastOwnWas(d, reset->Frame) ? reset->UsualTtl : d.Fwd->Frames == 0 ? (short)-1 : d.Fwd->Ttl;
    }

    // The last frame of this sender is the one with this number.
    private bool LastOwnWas(in Direction d, uint frame)
    {
        var number = d.Flow->LastFrame;
        for (var steps = 0; steps < StepsToNeighbour; steps++)
        {
            var past = history[number];
            if (past == null || past->FromHigh == d.FromHigh)
            {
                return number == frame;
            }

            number = past->Previous;
        }

        return false;
    }

    // What a segment says of those of the other end: the timestamp it echoes names one; a RST without ACK takes its number from what it answers
    // (RFC 9293, 3.5.2).
    private void TakeAnswer(in TcpSegment s, in Direction d)
    {
        for (var number = First(d.Opening); number != 0; number = rows[number - 1]->Next)
        {
            var row = rows[number - 1];
            if (row->Is(ControlRow.FromHigh) == d.FromHigh || row->Kind == ControlKind.Reset)
            {
                continue;
            }

            var echoes = s.IsSyn && s.HasAck && s.HasTimestamp && row->Kind == ControlKind.Syn && row->Is(ControlRow.HasTimestamp) && row->TsVal != 0
                && row->TsVal == s.TsEcr && s.Acknowledgment == row->End;
            var refuses = s.IsReset && !s.HasAck && s.Sequence == row->Acknowledgment && row->Acknowledgment != 0 && !row->Is(ControlRow.Closed);
            row->Marks |= echoes || refuses ? ControlRow.Answered : (byte)0;
        }
    }

    private static bool IsAnswered(in ControlRow row, FlowRecord* flow)
    {
        var own = row.Is(ControlRow.FromHigh) ? &flow->High : &flow->Low;
        var other = row.Is(ControlRow.FromHigh) ? &flow->Low : &flow->High;
        if (row.Kind == ControlKind.Syn && (own->Bits & SenderState.FirstAck) == 0 && own->LastAck != 0 && own->Segments != 0)
        {
            return true; // It went on as only a sender can that heard the answer.
        }

        if (own->Bytes > 1 << 30 && other->Frames != 0 && row.Kind != ControlKind.Fin)
        {
            return true; // Its numbers have long gone round.
        }

        // Acknowledged, and no more than was sent: a challenge ACK (RFC 5961, 4.2) has numbers of another connection.
        return other->Frames != row.FramesBefore && other->LastAck != 0 && other->LastAck - row.End <= own->NextSeq - row.End;
    }

    private void TellEarlier(FlowRecord* flow, FlowOpening* opening, int index, uint frameNumber)
    {
        var clientFirst = opening->High.SynFrame != 0 && (opening->Low.SynFrame == 0 || opening->High.SynFrame < opening->Low.SynFrame);
        TellSyn(flow, opening, index, clientFirst, frameNumber);
        TellSyn(flow, opening, index, !clientFirst, frameNumber);
        if (((flow->Low.Bits | flow->High.Bits) & SenderState.FinSeen) != 0)
        {
            TellFins(flow, opening, index);
        }
    }

    private void TellSyn(FlowRecord* flow, FlowOpening* opening, int index, bool fromHigh, uint frameNumber)
    {
        ref var own = ref fromHigh ? ref opening->High : ref opening->Low;
        if (own.SynFrame == 0 || own.SynFrame == frameNumber)
        {
            return;
        }

        var past = history[own.SynFrame];
        var acknowledges = (own.SynMarks & SenderOpening.SynAcknowledges) != 0;
        var other = fromHigh ? opening->Low : opening->High;
        var row = new ControlRow
        {
            Time = past != null ? past->Time : own.SynFrame == opening->FirstFrame ? opening->First
                : acknowledges ? opening->SynTime + (Math.Max(0, opening->HandshakeRtt - 1L) * 1000) : opening->SynTime,
            Frame = own.SynFrame,
            Sequence = past != null ? past->Sequence : own.Base,
            Acknowledgment = !acknowledges ? 0 : past != null ? past->Acknowledgment : other.Base + 1,
            TsVal = past != null ? past->TsVal : 0,
            UsualTtl = -1,
            Window = own.SynWindow,
            IpId = past != null ? past->IpId : (ushort)0,
            Ttl = own.SynTtl,
            Flags = (byte)(TcpFlag.Syn | (acknowledges ? TcpFlag.Ack : 0) | (own.SynMarks & (TcpFlag.Ece | TcpFlag.Cwr))),
            Marks = (byte)((fromHigh ? ControlRow.FromHigh : 0) | ((own.SynMarks & SenderOpening.SynDontFragment) != 0 ? ControlRow.DontFragment : 0)
                | ((own.SynMarks & SenderOpening.SynTimestamp) != 0 ? ControlRow.HasTimestamp : 0)
                | (past == null ? ControlRow.IpIdForgotten : 0)),
        };
        Add(row, flow, opening, index);
    }

    // A connection has at most one FIN of each end before it is listed: the second one lists it.
    private void TellFins(FlowRecord* flow, FlowOpening* opening, int index)
    {
        var wanted = ((flow->Low.Bits & SenderState.FinSeen) != 0 ? 1 : 0) + ((flow->High.Bits & SenderState.FinSeen) != 0 ? 1 : 0);
        Span<uint> found = stackalloc uint[2];
        var count = 0;
        var number = flow->LastFrame;
        for (var steps = 0; steps < MostSteps && count < wanted; steps++)
        {
            var past = history[number];
            if (past == null)
            {
                break;
            }

            if ((past->Flags & (TcpFlag.Fin | TcpFlag.Rst | TcpFlag.Syn)) == TcpFlag.Fin)
            {
                found[count++] = number;
            }

            number = past->Previous;
        }

        while (count > 0)
        {
            TellFin(flow, opening, index, found[--count]);
        }
    }

    private void TellFin(FlowRecord* flow, FlowOpening* opening, int index, uint frame)
    {
        var past = history[frame];
        var fromHigh = past->FromHigh;
        var before = history[past->Previous];
        for (var steps = 0; before != null && before->FromHigh != fromHigh && steps < StepsToNeighbour; steps++)
        {
            before = history[before->Previous];
        }

        var row = new ControlRow
        {
            Time = past->Time,
            Frame = frame,
            Sequence = past->Sequence,
            Acknowledgment = past->Acknowledgment,
            TsVal = past->TsVal,
            Length = past->Length,
            UsualTtl = before != null && before->FromHigh == fromHigh ? before->Ttl : (short)-1,
            Window = history.WindowOf(frame),
            IpId = past->IpId,
            Ttl = past->Ttl,
            Flags = past->Flags,
            Marks = (byte)((fromHigh ? ControlRow.FromHigh : 0) | (past->DontFragment ? ControlRow.DontFragment : 0) | (past->HasTimestamp ? ControlRow.HasTimestamp : 0)),
        };
        Add(row, flow, opening, index);
    }

    private void Add(ControlRow row, FlowRecord* flow, FlowOpening* opening, int index)
    {
        if (rows.Count >= mostRows || (opening->Story != 0 && stories.Find(opening)->ControlCount >= MostPerFlow))
        {
            NotKept++;
            return;
        }

        var story = stories.Of(opening);

        row.Flow = index;
        row.Transmission = 1;
        for (var number = story->FirstControl; number != 0; number = rows[number - 1]->Next)
        {
            var earlier = rows[number - 1];
            if (earlier->Kind == row.Kind && earlier->Is(ControlRow.FromHigh) == row.Is(ControlRow.FromHigh) && row.Kind != ControlKind.Reset)
            {
                if (!earlier->Is(ControlRow.Closed) && IsAnswered(*earlier, flow))
                {
                    earlier->Marks |= ControlRow.Answered;
                }

                earlier->Marks |= ControlRow.Closed;
            }

            if (earlier->Kind == row.Kind && earlier->Is(ControlRow.FromHigh) == row.Is(ControlRow.FromHigh) && earlier->End == row.End)
            {
                row.Transmission = (byte)Math.Min(earlier->Transmission + 1, byte.MaxValue);
            }
        }

        var added = rows.Add() + 1;
        *rows[added - 1] = row;
        if (story->LastControl != 0)
        {
            rows[story->LastControl - 1]->Next = added;
        }
        else
        {
            story->FirstControl = added;
        }

        story->LastControl = added;
        story->ControlCount++;
    }
}
