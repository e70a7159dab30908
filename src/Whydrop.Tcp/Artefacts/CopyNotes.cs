using System.Buffers.Binary;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Artefacts;

/// <summary>
/// The most recent copies of data segments with an unchanged TTL. Whether the capture or the network made one is not to be seen on it; but a
/// receiver that reports bytes as received twice (D-SACK, RFC 2883) that were sent once says that the network did.
/// </summary>
internal sealed class CopyNotes
{
    private const int Size = 1024;
    private const long Patience = 2_000_000_000;
    private readonly Note[] notes = new Note[Size];
    private int next;

    /// <summary>Remembers a copy.</summary>
    public void Add(in TcpSegment s, int flow, uint frameNumber)
    {
        notes[next % Size] = new Note { Flow = flow + 1, FromHigh = s.FromHigh, Segment = s, Frame = frameNumber };
        next = (next + 1) % Size;
    }

    /// <summary>Finds and forgets the copy that the first SACK block of a segment is about; false when it is no D-SACK or about none.</summary>
    public bool TryTake(in TcpSegment s, int flow, ReadOnlySpan<byte> frame, out TcpSegment copy, out uint frameNumber)
    {
        (copy, frameNumber) = (default, 0);
        if (s.SackBlocks == 0 || s.SackOffset + 8 > frame.Length)
        {
            return false;
        }

        var left = BinaryPrimitives.ReadUInt32BigEndian(frame[s.SackOffset..]);
        var right = BinaryPrimitives.ReadUInt32BigEndian(frame[(s.SackOffset + 4)..]);
        if (!SequenceNumber.LessOrEqual(right, s.Acknowledgment))
        {
            return false;
        }

        foreach (ref var note in notes.AsSpan())
        {
            if (note.Flow == flow + 1 && note.FromHigh != s.FromHigh && note.Segment.Sequence == left && note.Segment.SequenceEnd == right && s.Time - note.Segment.Time < Patience)
            {
                (copy, frameNumber) = (note.Segment, note.Frame);
                note = default;
                return true;
            }
        }

        return false;
    }

    private struct Note
    {
        /// <summary>Plus one; 0 when the place is free.</summary>
        public int Flow;
        public uint Frame;
        public bool FromHigh;
        public TcpSegment Segment;
    }
}
