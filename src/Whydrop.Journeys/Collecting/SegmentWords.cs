using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>What is asked of a recorded segment. Here and not with its fields: what is compiled ahead is put in line within one assembly only.</summary>
internal static class SegmentWords
{
    extension(in SegmentRecord record)
    {
        /// <summary>Whether all of these are set.</summary>
        public bool Has(SegmentTraits traits) => (record.Traits & traits) == traits;

        /// <summary>Sequence numbers it takes: payload and SYN. FIN is left out, for it may be carried or not by another split of the same bytes.</summary>
        public int SequenceLength => record.Length + (record.Has(SegmentTraits.Syn) ? 1 : 0);

        /// <summary>IP datagram as captured.</summary>
        public int DatagramLength => record.HeaderLength + record.Length;

        /// <summary>Payload bytes of one segment on the wire; a longer record is a super-packet.</summary>
        /// <param name="largestDatagram">Of its sender, on the wire; 0 when not known.</param>
        public int SegmentSize(int largestDatagram)
        {
            var largest = largestDatagram - record.HeaderLength;
            return largest > 0 && largest < record.Length ? largest : Math.Max(1, record.Length);
        }

        /// <summary>Segments on the wire that it was.</summary>
        public int Segments(int largestDatagram)
        {
            var size = record.SegmentSize(largestDatagram);
            return record.Length == size ? 1 : (record.Length + size - 1) / size;
        }
    }
}
