using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>One direction of a connection at one place on its path.</summary>
internal sealed class PathStop
{
    /// <summary>No acknowledgment jumps further than this; a stray number must not acknowledge half the sequence space.</summary>
    private const int LargestStep = 1 << 30;

    private readonly long largestAcknowledgment = long.MinValue;

    /// <summary>Lays the segments out in stream order.</summary>
    /// <param name="fromClient">Direction in the words of this sighting.</param>
    public PathStop(Sighting sighting, bool fromClient)
    {
        (Sighting, FromClient) = (sighting, fromClient);
        Offsets = Unwrap(Trail.Records);
        Order = new int[Offsets.Length];
        for (var i = 0; i < Order.Length; i++)
        {
            Order[i] = i;
        }

        Starts = [.. Offsets];
        NearlySorted.Sort(Starts, Order);
        foreach (ref readonly var record in Trail.Records)
        {
            LongestRecord = Math.Max(LongestRecord, record.SequenceLength);
        }

        for (var n = 0; n + 1 < Order.Length && !Repeats; n++)
        {
            Repeats = Starts[n] + Trail[Order[n]].SequenceLength > Starts[n + 1] && Trail[Order[n]].SequenceLength > 0;
        }

        if (Trail.Count > 0)
        {
            largestAcknowledgment = LargestAcknowledgment(Trail[0].Sequence, sighting.Trail(!fromClient).Records);
        }
    }

    /// <summary>Where.</summary>
    public Sighting Sighting { get; }

    /// <summary>Direction in the words of this sighting.</summary>
    public bool FromClient { get; }

    /// <summary>The segments in capture order.</summary>
    public SegmentTrail Trail => Sighting.Trail(FromClient);

    /// <summary>Place.</summary>
    public VantagePoint At => Sighting.At;

    /// <summary>What Tcp knows of this direction.</summary>
    public TcpSender Sender => Sighting.Sender(FromClient);

    /// <summary>Sequence number of each segment without wrap-around, the first one's being 0.</summary>
    public long[] Offsets { get; }

    /// <summary>Segments by rising offset.</summary>
    public int[] Order { get; }

    /// <summary>Offsets in the order of <see cref="Order"/>.</summary>
    public long[] Starts { get; }

    /// <summary>Some bytes came by more than once.</summary>
    public bool Repeats { get; }

    /// <summary>Most sequence numbers in one segment.</summary>
    public int LongestRecord { get; }

    /// <summary>Position of an offset in the stream: 0 is its first byte; without the SYN, the first byte seen here.</summary>
    public long StreamOffset(long offset) => offset + (Trail.Count > 0 && Sender.InitialSequence is { } initial ? (int)(Trail[0].Sequence - initial - 1) : 0);

    /// <summary>Segments on the wire that a record was.</summary>
    public int Segments(in SegmentRecord record) => record.Segments(Sender.LargestDatagram);

    /// <summary>The receiver acknowledged everything up to this offset, as heard here.</summary>
    public bool Acknowledged(long end) => largestAcknowledgment >= end;

    /// <summary>Position in <see cref="Order"/> of the first segment that can reach beyond an offset.</summary>
    public int FirstReaching(long offset)
    {
        var (low, high) = (0, Starts.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Starts[middle] <= offset - LongestRecord)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Payload bytes of one segment on the wire; a longer record is a super-packet.</summary>
    public int SegmentSize(in SegmentRecord record) => record.SegmentSize(Sender.LargestDatagram);

    /// <summary>The segments on the wire that a range of a record was, cut where a super-packet would have been cut.</summary>
    public IEnumerable<ByteSpan> Pieces(int index, ByteSpan range)
    {
        var (record, start) = (Trail[index], Offsets[index]);
        var size = record.SequenceLength <= SegmentSize(record) ? record.SequenceLength : SegmentSize(record);
        for (var at = range.Start; at < range.End;)
        {
            var end = Math.Min(range.End, start + ((((at - start) / size) + 1) * size));
            yield return new ByteSpan(at, end);
            at = end;
        }
    }

    private static long[] Unwrap(ReadOnlySpan<SegmentRecord> records)
    {
        var offsets = new long[records.Length];
        for (var i = 1; i < records.Length; i++)
        {
            offsets[i] = offsets[i - 1] + (int)(records[i].Sequence - records[i - 1].Sequence);
        }

        return offsets;
    }

    private static long LargestAcknowledgment(uint origin, ReadOnlySpan<SegmentRecord> answers)
    {
        var largest = long.MinValue;
        var last = origin;
        var position = 0L;
        foreach (ref readonly var answer in answers)
        {
            var step = (int)(answer.Acknowledgment - last);
            if (answer.Acknowledgment != 0 && Math.Abs((long)step) < LargestStep)
            {
                position += step;
                last = answer.Acknowledgment;
                largest = Math.Max(largest, position);
            }
        }

        return largest;
    }
}
