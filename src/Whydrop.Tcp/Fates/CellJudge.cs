using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp.Fates;

/// <summary>
/// Decides the transmissions of one byte range. The receiver's word counts: which transmission its acknowledgment can have answered, by
/// D-SACK, timestamp echo, or because it came sooner than a round trip. A transmission is lost only when another one of the same bytes
/// was needed, or the receiver showed the hole.
/// </summary>
// SAFETY: nodes are copied out of the list before the book may change anything; none is used after its removal.
internal sealed unsafe class CellJudge(BoardList list, FateBook book)
{
    private const long DSackPatience = 1_000_000_000;
    private const int SeveralRepetitions = 2;
    private const int MostSwept = 512;
    private int[] cell = new int[256];

    /// <summary>Decides what is cumulatively acknowledged and ripe.</summary>
    public void Sweep(Board* b, long now, in SenderState fwd)
    {
        var node = b->Head;
        for (var swept = 0; node >= 0 && node != b->FirstUnacked && swept < MostSwept; swept++)
        {
            var last = list.LastOfCell(node);
            var next = list[last]->Next;
            if (node == last || IsRipe(b, *list[last], now))
            {
                Decide(b, node, last, fwd, now);
            }

            node = next;
        }
    }

    /// <summary>Decides everything, ripe or not.</summary>
    public void Flush(Board* b, in SenderState fwd, long captureEnd)
    {
        while (b->Head >= 0)
        {
            Decide(b, b->Head, list.LastOfCell(b->Head), fwd, captureEnd);
        }
    }

    /// <summary>Room is needed: the oldest range is decided with what is known.</summary>
    public void GiveUpOldest(Board* b, in SenderState fwd) => Decide(b, b->Head, list.LastOfCell(b->Head), fwd, long.MinValue);

    // A D-SACK for the last copy would have come before the answer to anything sent after it.
    private static bool IsRipe(Board* b, in Transmission last, long now) =>
        b->RackTime > last.Time || now - Math.Max(last.Time, last.AckedTime) > DSackPatience;

    private void Decide(Board* b, int first, int last, in SenderState fwd, long now)
    {
        var count = 0;
        for (var node = first; ; node = list[node]->Next)
        {
            if (count == cell.Length)
            {
                Array.Resize(ref cell, 2 * count); // Bounded by the nodes a board may have.
            }

            cell[count++] = node;
            if (node == last)
            {
                break;
            }
        }

        var transmissions = cell.AsSpan(0, count);
        if (list[first]->Is(Transmission.Hole))
        {
            DecideHole(b, *list[first], count == 1 ? default : *list[cell[1]]);
            transmissions = transmissions[1..];
        }

        if (transmissions.Length == 1 && list[transmissions[0]]->Is(Transmission.Acked))
        {
            DecideSingle(b, *list[transmissions[0]]);
        }
        else if (transmissions.Length > 0)
        {
            var acked = list[transmissions[0]]->Is(Transmission.Acked);
            _ = acked ? DecideDelivered(b, transmissions, fwd) : DecideUnanswered(b, transmissions, fwd, now);
        }

        RemoveAll(b, first, last);
    }

    private void RemoveAll(Board* b, int first, int last)
    {
        for (var node = first; ;)
        {
            var next = list[node]->Next;
            list.Remove(b, node);
            if (node == last)
            {
                return;
            }

            node = next;
        }
    }

    private void DecideHole(Board* b, in Transmission hole, in Transmission fill)
    {
        if (hole.Is(Transmission.BeforeCapture))
        {
            return;
        }

        if (hole.Is(Transmission.LostUpstream))
        {
            // Its bytes came here with the transmission that filled it: what became of them is told there.
            book.Enter(b, hole, Fate.LostBefore, hole.MissingFrame != 0, hole.MissingFrame, neverDelivered: false, unique: false, fill);
        }
        else if (hole.Is(Transmission.Acked))
        {
            book.Enter(b, hole, Fate.NotCaptured, true, hole.AckedFrame, false, true);
        }
        else if (fill.Frame == 0 && !hole.Is(Transmission.BeyondWindow))
        {
            // Nobody spoke of it: it may have arrived, it may not; what is certain is that it did not come by here.
            var shown = hole.MissingFrame != 0;
            book.Enter(b, hole, shown ? Fate.LostBefore : Fate.NotCaptured, shown, hole.MissingFrame, true, true);
        }
    }

    private void DecideSingle(Board* b, in Transmission n)
    {
        var fate = n.Is(Transmission.Looped) ? Fate.Looped : n.Is(Transmission.Late) ? Fate.Reordered : Fate.Delivered;
        book.Enter(b, n, fate, proven: true, n.AckedFrame, false, true);
    }

    private bool DecideDelivered(Board* b, ReadOnlySpan<int> nodes, in SenderState fwd)
    {
        var (deliverer, told) = Deliverer(b, nodes, fwd);
        var duplicates = DSacks(nodes);
        var delivered = duplicates + 1;
        var late = FirstLate(nodes);
        var firstDelivered = late > 0 ? late : deliverer;
        for (var extra = late > 0 ? 0 : delivered - (nodes.Length - deliverer); extra > 0 && firstDelivered > 0; extra--)
        {
            firstDelivered--;
        }

        // The echo is of an earlier one, and no D-SACK names the repetitions: one of them may have lost its report, several were lost themselves. A D-SACK that comes yet takes that back.
        var vanished = told && duplicates == 0 && late <= 0 && nodes.Length - 1 - firstDelivered >= SeveralRepetitions && book.SackInUse(b);
        for (var i = 0; i < nodes.Length; i++)
        {
            var n = *list[nodes[i]];
            if (n.Is(Transmission.Looped))
            {
                book.Enter(b, n, Fate.Looped, true, n.AckedFrame, false, unique: i == firstDelivered);
            }
            else if (vanished && i > firstDelivered && !n.Is(Transmission.SameDatagram))
            {
                book.Enter(b, n, Fate.LostAfter, false, n.AckedFrame, false, unique: false, repeat: n);
            }
            else if (i < firstDelivered && late <= 0)
            {
                EnterLost(b, n, *list[nodes[deliverer]], *list[nodes[i + 1]]);
            }
            else if (i == firstDelivered)
            {
                book.Enter(b, n, n.Is(Transmission.Late) ? Fate.Reordered : Fate.Delivered, true, n.AckedFrame, false, true);
            }
            else
            {
                var fate = n.Is(Transmission.SameDatagram) ? Fate.Duplicated : Fate.RetransmittedNeedlessly;
                book.Enter(b, n, fate, told || duplicates > 0 || fate == Fate.Duplicated, n.AckedFrame, false, unique: false);
            }
        }

        return true;
    }

    // The transmission that others came before although it was sent first: they were all needless.
    private int FirstLate(ReadOnlySpan<int> nodes)
    {
        for (var i = nodes.Length - 1; i >= 0; i--)
        {
            if (list[nodes[i]]->Is(Transmission.Late))
            {
                return i;
            }
        }

        return -1;
    }

    // An earlier transmission of bytes that a later one brought across.
    private void EnterLost(Board* b, in Transmission n, in Transmission deliverer, in Transmission repeat)
    {
        // Of a duplicate of the last segment the echo is renewed too; only a receiver that would have sent a D-SACK for it proves by its echo.
        var shown = n.MissingFrame != 0;
        var echoed = book.SackInUse(b) && n.Is(Transmission.AckedAtHead) && n.Is(Transmission.HasTimestamp) && SequenceNumber.LessOrEqual(deliverer.TsVal, n.AckedTsEcr)
            && n.TsVal != deliverer.TsVal;

        // RFC 8985, 7.4: that a probe was needed shows in the D-SACK that did not come. None could where the acknowledgment was the last word before a RST.
        var unsaid = !shown && !echoed && b->ReceiverReset && n.AckedFrame == b->LastHeardFrame && book.SackInUse(b);
        book.Enter(b, n, unsaid ? Fate.Unknown : Fate.LostAfter, shown || echoed, shown ? n.MissingFrame : n.AckedFrame, false, unique: false, repeat);
    }

    // The transmission that brought the bytes, and whether the receiver named it. Ambiguous timing speaks for the latest one.
    private (int Deliverer, bool Told) Deliverer(Board* b, ReadOnlySpan<int> nodes, in SenderState fwd)
    {
        var first = *list[nodes[0]];
        var last = nodes.Length - 1;
        var earliest = 0;
        if (first.Is(Transmission.AckedAtHead))
        {
            // RFC 7323, 4.3 and Eifel (RFC 3522): the echo is of the segment that advanced the left edge.
            while (last > 0 && list[nodes[last]]->Is(Transmission.HasTimestamp) && SequenceNumber.Greater(list[nodes[last]]->TsVal, first.AckedTsEcr))
            {
                last--;
            }

            if (list[nodes[last]]->Is(Transmission.HasTimestamp) && list[nodes[last]]->TsVal == first.AckedTsEcr)
            {
                for (earliest = last; earliest > 0 && list[nodes[earliest - 1]]->TsVal == first.AckedTsEcr; earliest--)
                {
                }
            }
        }

        var told = last < nodes.Length - 1;
        var soonest = SoonestAnswer(b, fwd);
        var anyInTime = list[nodes[earliest]]->Time + soonest <= first.AckedTime; // If not, the way was never measured so short: nothing is too soon.
        while (anyInTime && last > earliest && list[nodes[last]]->Time + soonest > first.AckedTime)
        {
            last--;
            told = false;
        }

        // Which of two copies of one datagram came is all one: the second is none that was sent.
        while (last > 0 && list[nodes[last]]->Is(Transmission.SameDatagram))
        {
            last--;
            told = false;
        }

        while (last < nodes.Length - 1 && list[nodes[last]]->Is(Transmission.Damaged))
        {
            last++;
        }

        return (last, told);
    }

    // Half the shortest round trip from here to the receiver. Without a handshake the samples may all contain a delayed ACK.
    private long SoonestAnswer(Board* b, in SenderState fwd)
    {
        const long delayedAck = 40_000;
        var measured = fwd.MinRtt == 0 ? long.MaxValue : fwd.MinRtt - 1L;
        var handshake = book.HandshakeMicroseconds(b);
        if (handshake == 0)
        {
            return measured == long.MaxValue ? 0 : Math.Max(0, measured - delayedAck) * 500;
        }

        return Math.Min(measured, handshake) * 500;
    }

    private int DSacks(ReadOnlySpan<int> nodes)
    {
        var sum = 0;
        foreach (var node in nodes)
        {
            sum += list[node]->DSacks;
        }

        return sum;
    }

    private bool DecideUnanswered(Board* b, ReadOnlySpan<int> nodes, in SenderState fwd, long now)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            var n = *list[nodes[i]];
            var shown = n.MissingFrame != 0 && !n.Is(Transmission.BeyondWindow) && (i < nodes.Length - 1 || IsOldNews(n, fwd, now));
            var fate = n.Is(Transmission.Looped) ? Fate.Looped
                : shown || i < nodes.Length - 1 || IsLadderEnd(nodes, fwd, now) ? Fate.LostAfter : Fate.Unknown;
            book.Enter(b, n, fate, shown, n.MissingFrame, fate != Fate.Unknown, unique: i == nodes.Length - 1);
        }

        return true;
    }

    // The hole was shown early enough before the end for a late arrival to have closed it.
    private static bool IsOldNews(in Transmission n, in SenderState fwd, long now) =>
        now != long.MinValue && now - n.MissingTime >= Math.Max(fwd.Srtt * 1000L, 1_000_000);

    // The last step of a ladder of time-outs: the capture went on for max(1 s, 3 * RTT), and no answer came, as to all steps before.
    private bool IsLadderEnd(ReadOnlySpan<int> nodes, in SenderState fwd, long now)
    {
        if (nodes.Length < 3)
        {
            return false;
        }

        var last = *list[nodes[^1]];
        return last.Recovery == RecoveryKind.Of(Recovery.Timeout) && now > last.Time && now - last.Time >= Math.Max(1_000_000_000, fwd.Srtt * 3000L);
    }
}
