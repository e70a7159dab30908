using System.Runtime.InteropServices;

namespace Whydrop.Journeys.Collecting;

/// <summary>One TCP segment at one place: what NAT and tunnels leave alone. 40 bytes, kept only for connections that are followed.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct SegmentRecord
{
    /// <summary>Payload bytes that are hashed: few enough to be kept by every usual snap length, also inside a tunnel.</summary>
    public const int HashedBytes = 8;

    /// <summary>Capture time, nanoseconds since the Unix epoch.</summary>
    public long UnixNanoseconds;

    /// <summary>Frame number from 1.</summary>
    public uint Frame;

    /// <summary>Raw sequence number.</summary>
    public uint Sequence;

    /// <summary>Raw acknowledgment number; 0 without the ACK flag.</summary>
    public uint Acknowledgment;

    /// <summary>TSval; 0 without the option.</summary>
    public uint TsVal;

    /// <summary>TSecr; 0 without the option.</summary>
    public uint TsEcr;

    /// <summary>Payload bytes on the wire; a GRO or TSO super-packet has many segments in one.</summary>
    public int Length;

    /// <summary>Hash of the first payload bytes, or of the window when there are none.</summary>
    public ushort Hash;

    /// <summary>Low half of the IP Identification; 0 for IPv6.</summary>
    public ushort IpId;

    /// <summary>IP and TCP header bytes together; 255 stands for more.</summary>
    public byte HeaderLength;

    /// <summary>TTL or hop limit of the innermost IP header.</summary>
    public byte Ttl;

    /// <summary>Flags.</summary>
    public SegmentTraits Traits;

    /// <summary>Sent by the client.</summary>
    public bool FromClient;

    /// <summary>Whether all of these are set.</summary>
    public readonly bool Has(SegmentTraits traits) => (Traits & traits) == traits;

    /// <summary>Sequence numbers it takes: payload and SYN. FIN is left out, for it may be carried or not by another split of the same bytes.</summary>
    public readonly int SequenceLength => Length + (Has(SegmentTraits.Syn) ? 1 : 0);

    /// <summary>IP datagram as captured.</summary>
    public readonly int DatagramLength => HeaderLength + Length;

    /// <summary>Payload bytes of one segment on the wire; a longer record is a super-packet.</summary>
    /// <param name="largestDatagram">Of its sender, on the wire; 0 when not known.</param>
    public readonly int SegmentSize(int largestDatagram)
    {
        var largest = largestDatagram - HeaderLength;
        return largest > 0 && largest < Length ? largest : Math.Max(1, Length);
    }

    /// <summary>Segments on the wire that it was.</summary>
    public readonly int Segments(int largestDatagram)
    {
        var size = SegmentSize(largestDatagram);
        return Length == size ? 1 : (Length + size - 1) / size;
    }
}
