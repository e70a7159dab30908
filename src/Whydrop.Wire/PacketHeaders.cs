using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Whydrop.Wire;

/// <summary>The headers of one frame, decoded down to the innermost transport. Plain fields, filled in place, no allocation.</summary>
/// <remarks>Offsets count from the start of the frame. Lengths come from header fields, so they hold also when the capture cut the bytes.</remarks>
public struct PacketHeaders
{
    /// <summary>How far decoding came.</summary>
    public DecodeStatus Status;

    /// <summary>4 or 6: the innermost IP header; 0 when there is none (ARP, unknown).</summary>
    public byte IpVersion;

    /// <summary>Innermost upper-layer protocol (IPPROTO_ number), after extension headers; 0 when they are cut.</summary>
    public byte Protocol;

    /// <summary>TTL or hop limit of the innermost IP header.</summary>
    public byte Ttl;

    /// <summary>TOS / traffic class byte.</summary>
    public byte TrafficClass;

    /// <summary>DF flag; always set for IPv6.</summary>
    public bool DontFragment;

    /// <summary>More-fragments flag.</summary>
    public bool MoreFragments;

    /// <summary>Tunnel headers around the innermost IP header; 0 when plain.</summary>
    public byte TunnelDepth;

    /// <summary>TCP flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.</summary>
    public byte TcpFlags;

    /// <summary>SLL / SLL2 packet type (0 to us … 4 outgoing); 255 otherwise.</summary>
    public byte LinkPacketType;

    /// <summary>VLAN identifier of the outermost tag; 0 when none.</summary>
    public ushort Vlan;

    /// <summary>ifindex of an SLL2 header; 0 otherwise.</summary>
    public int LinkInterfaceIndex;

    /// <summary>Source IPv4 address as a number (192.0.2.1 = 0xC0000201); 0 for IPv6.</summary>
    public uint Source4;

    /// <summary>Destination IPv4 address; 0 for IPv6.</summary>
    public uint Destination4;

    /// <summary>Start of the outermost IP header.</summary>
    public int OuterIpOffset;

    /// <summary>Start of the innermost IP header.</summary>
    public int IpOffset;

    /// <summary>Length of the innermost IP datagram: header and payload. A zero total length (TSO on the sender) is replaced by what the frame carries.</summary>
    public int IpLength;

    /// <summary>IP Identification; for IPv6 that of the fragment header, else 0.</summary>
    public uint IpId;

    /// <summary>Fragment offset in bytes.</summary>
    public int FragmentOffset;

    /// <summary>Start of the TCP, UDP or ICMP header; 0 when the datagram is a later fragment.</summary>
    public int TransportOffset;

    /// <summary>Start of the transport payload; without IP, of what the EtherType names (ARP).</summary>
    public int PayloadOffset;

    /// <summary>Payload bytes on the wire.</summary>
    public int PayloadLength;

    /// <summary>Source port (TCP, UDP).</summary>
    public ushort SourcePort;

    /// <summary>Destination port.</summary>
    public ushort DestinationPort;

    /// <summary>TCP sequence number.</summary>
    public uint Sequence;

    /// <summary>TCP acknowledgment number.</summary>
    public uint Acknowledgment;

    /// <summary>TCP window field, unscaled.</summary>
    public ushort Window;

    /// <summary>Bytes of TCP options present in the header (data offset · 4 − 20).</summary>
    public ushort TcpOptionsLength;

    /// <summary>A timestamp option was present.</summary>
    public bool HasTimestamp;

    /// <summary>TSval (RFC 7323).</summary>
    public uint TsVal;

    /// <summary>TSecr (RFC 7323).</summary>
    public uint TsEcr;

    /// <summary>Start of the first SACK block (left edge); 0 when there is no complete SACK option.</summary>
    public int SackOffset;

    /// <summary>Number of complete SACK blocks.</summary>
    public byte SackBlocks;

    /// <summary>Tunnel headers from the outside in; the first <see cref="TunnelDepth"/> are valid (at most 4 are kept).</summary>
    public Tunnels TunnelHeaders;

    /// <summary>Room for the tunnel headers.</summary>
    [InlineArray(4)]
    public struct Tunnels
    {
        private TunnelHeader first;

        /// <summary>The header at that depth from the outside, 0 to 3.</summary>
        /// <remarks>Element access of an inline array goes through a generic span, which is not compiled ahead of time.</remarks>
        [UnscopedRef]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly ref readonly TunnelHeader At(int depth) => ref Unsafe.Add(ref Unsafe.AsRef(in first), depth & 3); // SAFETY: four elements, and depth is kept below four.

        /// <summary>Keeps a header at that depth, 0 to 3.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Set(int depth, in TunnelHeader header) => Unsafe.Add(ref first, depth & 3) = header; // SAFETY: as above.
    }
}
