using Whydrop.Wire;

namespace Whydrop.Tcp.Packets;

/// <summary>One TCP frame, reduced to what the analysis needs: a row of the batch.</summary>
internal struct TcpSegment
{
    public FlowKeyBits Key;
    public long Time;
    public uint Sequence;
    public uint Acknowledgment;

    /// <summary>Payload bytes on the wire.</summary>
    public int Length;

    /// <summary>IP datagram length as captured; a super-packet is longer than any datagram on the wire.</summary>
    public int IpLength;
    public uint TsVal;
    public uint TsEcr;
    public uint IpId;
    public ushort Window;
    public byte Flags;
    public byte Ttl;
    public byte TcpOptionsLength;
    public byte SackBlocks;
    public bool HasTimestamp;
    public bool DontFragment;

    /// <summary>Sent by the higher of the two end points of the key.</summary>
    public bool FromHigh;

    /// <summary>It travels from the higher to the lower outer address of its tunnel.</summary>
    public bool TunnelReversed;

    /// <summary>Its checksum is wrong, and not because a device has yet to make it: its receiver throws it away.</summary>
    public bool Damaged;

    /// <summary>Row of the frame in the batch.</summary>
    public int Row;

    /// <summary>Start of the innermost IP header in the frame.</summary>
    public int IpOffset;

    /// <summary>Start of the TCP header in the frame.</summary>
    public int TcpOffset;

    /// <summary>Start of the first SACK block in the frame.</summary>
    public int SackOffset;
    public uint Hash;

    /// <summary>Flow found by the look-ahead, or -1.</summary>
    public int Flow;

    public readonly bool IsSyn => (Flags & TcpFlag.Syn) != 0;

    public readonly bool IsFin => (Flags & TcpFlag.Fin) != 0;

    public readonly bool IsReset => (Flags & TcpFlag.Rst) != 0;

    public readonly bool HasAck => (Flags & TcpFlag.Ack) != 0;

    /// <summary>Sequence space taken: payload, SYN and FIN.</summary>
    public readonly uint SequenceEnd => Sequence + (uint)Length + ((Flags & (TcpFlag.Syn | TcpFlag.Fin)) != 0 ? 1u : 0u);

    /// <summary>Everything but key, time, row, hash and flow, from decoded headers.</summary>
    public void Take(in PacketHeaders h)
    {
        Sequence = h.Sequence;
        Acknowledgment = h.Acknowledgment;
        Length = h.PayloadLength;
        IpLength = h.IpLength;
        TsVal = h.TsVal;
        TsEcr = h.TsEcr;
        IpId = h.IpId;
        Window = h.Window;
        Flags = h.TcpFlags;
        Ttl = h.Ttl;
        TcpOptionsLength = (byte)h.TcpOptionsLength;
        SackBlocks = h.SackBlocks;
        HasTimestamp = h.HasTimestamp;
        DontFragment = h.DontFragment;
        IpOffset = h.IpOffset;
        TcpOffset = h.TransportOffset;
        SackOffset = h.SackOffset;
        Damaged = false;
    }
}
