using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp;

/// <summary>One TCP segment at one place: what NAT and tunnels leave alone. 40 bytes, kept only for connections that are followed across captures.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct SegmentRecord
{
    private const int FewestTcpBytes = 20;

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

    /// <summary>The record of a frame that holds a TCP segment.</summary>
    /// <param name="h">The frame, decoded.</param>
    /// <param name="frame">Its bytes.</param>
    /// <param name="unixNanoseconds">When it was captured.</param>
    /// <param name="number">Its number.</param>
    public static SegmentRecord Of(in PacketHeaders h, ReadOnlySpan<byte> frame, long unixNanoseconds, long number)
    {
        var segment = default(TcpSegment);
        segment.Take(h);
        segment.Time = unixNanoseconds;
        var record = default(SegmentRecord);
        record.Take(segment, h.IpVersion != 4, frame, (uint)number);
        record.Traits |= h.MoreFragments ? SegmentTraits.FirstFragment : SegmentTraits.None;
        return record;
    }

    /// <summary>Takes all but <see cref="FromClient"/> from a segment, whatever was in here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Take(in TcpSegment s, bool isIpv6, ReadOnlySpan<byte> frame, uint number)
    {
        UnixNanoseconds = s.Time;
        Frame = number;
        Sequence = s.Sequence;
        Acknowledgment = s.HasAck ? s.Acknowledgment : 0;
        TsVal = s.TsVal;
        TsEcr = s.TsEcr;
        Length = s.Length;
        IpId = isIpv6 ? (ushort)0 : (ushort)s.IpId;
        var payload = s.TcpOffset + FewestTcpBytes + s.TcpOptionsLength;
        HeaderLength = (byte)Math.Clamp(payload - s.IpOffset, 0, 255);
        Ttl = s.Ttl;
        var traits = TraitsOf(s);
        var wanted = Math.Min(s.Length, HashedBytes);
        Hash = s.Window;
        if (wanted == 0 || frame.Length - payload >= wanted)
        {
            traits |= SegmentTraits.Hashed;
            Hash = wanted == 0 ? s.Window : HashOf(frame.Slice(payload, wanted));
        }

        Traits = traits;
    }

    // Without branches, which would be guessed wrong every other time: bits of the TCP header moved to those of the traits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SegmentTraits TraitsOf(in TcpSegment s) =>
        (SegmentTraits)(((s.Flags & TcpFlag.Fin) << 1) | ((s.Flags & TcpFlag.Syn) >> 1) | ((s.Flags & TcpFlag.Rst) << 4) | ((s.Flags & TcpFlag.Ack) << 3))
        | (s.DontFragment ? SegmentTraits.DontFragment : SegmentTraits.None) | (s.HasTimestamp ? SegmentTraits.Timestamp : SegmentTraits.None);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort HashOf(ReadOnlySpan<byte> payload)
    {
        var value = (ulong)payload.Length;
        if (payload.Length == HashedBytes)
        {
            value ^= BinaryPrimitives.ReadUInt64LittleEndian(payload);
        }
        else
        {
            foreach (var b in payload)
            {
                value = (value << 8) | b;
            }
        }

        value = (value ^ (value >> 32)) * 0xD6E8FEB86659FD93UL;
        return (ushort)((value ^ (value >> 32)) * 0xD6E8FEB86659FD93UL >> 48);
    }
}
