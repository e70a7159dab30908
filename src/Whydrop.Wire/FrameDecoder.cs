using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Whydrop.Wire.Walk;

namespace Whydrop.Wire;

/// <summary>Decodes one frame down to the innermost transport header, without state, exceptions or allocation.</summary>
public static class FrameDecoder
{
    private const byte Tcp = 6;
    private const int Ipv4HeaderLength = 20;
    private const int TcpHeaderLength = 20;

    /// <summary>Fills <paramref name="h"/> with what the frame holds; each field is set or reset by every call.</summary>
    /// <remarks>
    /// Never throws. Tunnels (IPIP, 6in4, GRE, VXLAN, Geneve) are walked through, at most four deep; the main fields describe the
    /// innermost packet. Entries of <see cref="PacketHeaders.TunnelHeaders"/> beyond <see cref="PacketHeaders.TunnelDepth"/> are unspecified.
    /// </remarks>
    /// <param name="link">How the frame starts.</param>
    /// <param name="frame">The captured bytes.</param>
    /// <param name="originalLength">Bytes the frame had on the wire; a value below the captured length is taken as that length.</param>
    /// <param name="h">The result.</param>
    public static void Decode(LinkType link, ReadOnlySpan<byte> frame, int originalLength, ref PacketHeaders h)
    {
        if (!TryDecodePlainTcp(link, frame, originalLength, ref h))
        {
            DecodeAny(link, frame, originalLength, ref h);
        }
    }

    /// <summary>Ethernet, SLL, SLL2 or raw IP; IPv4 without options, not a fragment; TCP whose lengths agree. Writes nothing unless it succeeds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryDecodePlainTcp(LinkType link, ReadOnlySpan<byte> frame, int originalLength, ref PacketHeaders h)
    {
        // SAFETY: the reference is read only after frame.Length was compared with the end of the TCP header below.
        ref var start = ref MemoryMarshal.GetReference(frame);
        var ip = IpOffsetOf(link);
        if (ip < 0 || frame.Length < ip + Ipv4HeaderLength + TcpHeaderLength || !CarriesIpv4(link, ref start))
        {
            return false;
        }

        // SAFETY: ip + 40 <= frame.Length, and all reads until the options are below ip + 40.
        var length = NetworkOrder.U16(ref start, ip + 2);
        var fragment = NetworkOrder.U16(ref start, ip + 6);
        var tcp = ip + Ipv4HeaderLength;
        var headerLength = (NetworkOrder.U8(ref start, tcp + 12) >> 4) * 4;
        if (NetworkOrder.U8(ref start, ip) != 0x45
            || NetworkOrder.U8(ref start, ip + 9) != Tcp
            || (fragment & 0x3fff) != 0
            || headerLength < TcpHeaderLength
            || length < Ipv4HeaderLength + headerLength
            || length > Math.Max(originalLength, frame.Length) - ip)
        {
            return false;
        }

        h.Status = DecodeStatus.Tcp;
        h.IpVersion = 4;
        h.Protocol = Tcp;
        h.Ttl = NetworkOrder.U8(ref start, ip + 8);
        h.TrafficClass = NetworkOrder.U8(ref start, ip + 1);
        h.DontFragment = (fragment & 0x4000) != 0;
        h.MoreFragments = false;
        h.TunnelDepth = 0;
        h.Vlan = 0;
        SetCookedFields(link, ref start, ref h);
        h.OuterIpOffset = ip;
        h.IpOffset = ip;
        h.IpLength = length;
        h.IpId = NetworkOrder.U16(ref start, ip + 4);
        h.FragmentOffset = 0;
        h.Source4 = NetworkOrder.U32(ref start, ip + 12);
        h.Destination4 = NetworkOrder.U32(ref start, ip + 16);
        SetTcpFields(ref start, tcp, headerLength, length - Ipv4HeaderLength - headerLength, ref h);
        SetTcpOptions(frame, tcp + TcpHeaderLength, headerLength - TcpHeaderLength, ref h);
        return true;
    }

    /// <summary>Where the IP header starts when the link header has its usual length; -1 for link types left to the general walk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IpOffsetOf(LinkType link) => link switch
    {
        LinkType.Ethernet => 14,
        LinkType.LinuxSll2 => 20,
        LinkType.LinuxSll => 16,
        LinkType.Raw or LinkType.Ipv4 => 0,
        _ => -1,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool CarriesIpv4(LinkType link, ref byte start) => link switch
    {
        // SAFETY: called once the frame was found to hold the link header and 40 bytes more.
        LinkType.Ethernet => NetworkOrder.U16(ref start, 12) == EtherType.Ipv4,
        LinkType.LinuxSll2 => NetworkOrder.U16(ref start, 0) == EtherType.Ipv4,
        LinkType.LinuxSll => NetworkOrder.U16(ref start, 14) == EtherType.Ipv4,
        _ => true,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetCookedFields(LinkType link, ref byte start, ref PacketHeaders h)
    {
        h.LinkPacketType = 255;
        h.LinkInterfaceIndex = 0;
        if (link is LinkType.LinuxSll2)
        {
            h.LinkPacketType = NetworkOrder.U8(ref start, 10);
            h.LinkInterfaceIndex = (int)NetworkOrder.U32(ref start, 4);
        }
        else if (link is LinkType.LinuxSll)
        {
            h.LinkPacketType = (byte)Math.Min((int)NetworkOrder.U16(ref start, 0), 255);
        }
    }

    /// <summary>The fixed 20 bytes of the TCP header (RFC 9293, 3.1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SetTcpFields(ref byte start, int tcp, int headerLength, int payloadLength, ref PacketHeaders h)
    {
        // SAFETY: the caller compared tcp + 20 with the captured length.
        h.TransportOffset = tcp;
        h.PayloadOffset = tcp + headerLength;
        h.PayloadLength = payloadLength;
        h.SourcePort = NetworkOrder.U16(ref start, tcp);
        h.DestinationPort = NetworkOrder.U16(ref start, tcp + 2);
        h.Sequence = NetworkOrder.U32(ref start, tcp + 4);
        h.Acknowledgment = NetworkOrder.U32(ref start, tcp + 8);
        h.TcpFlags = NetworkOrder.U8(ref start, tcp + 13);
        h.Window = NetworkOrder.U16(ref start, tcp + 14);
        h.TcpOptionsLength = (ushort)(headerLength - TcpHeaderLength);
    }

    /// <summary>Timestamps and SACK blocks of the options area, which the capture may have cut.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SetTcpOptions(ReadOnlySpan<byte> frame, int offset, int length, ref PacketHeaders h)
    {
        h.SackOffset = 0;
        h.SackBlocks = 0;
        const int TimestampsLength = 12;

        // SAFETY: read only when twelve option bytes were captured. RFC 7323, appendix A: NOP, NOP, kind 8, length 10.
        ref var start = ref MemoryMarshal.GetReference(frame);
        if (length >= TimestampsLength && offset + TimestampsLength <= frame.Length && NetworkOrder.U32(ref start, offset) == 0x0101080a)
        {
            h.HasTimestamp = true;
            h.TsVal = NetworkOrder.U32(ref start, offset + 4);
            h.TsEcr = NetworkOrder.U32(ref start, offset + 8);
            offset += TimestampsLength;
            length -= TimestampsLength;
        }
        else
        {
            h.HasTimestamp = false;
            h.TsVal = 0;
            h.TsEcr = 0;
        }

        if (length > 0)
        {
            TcpOptionScan.Run(frame, offset, length, ref h);
        }
    }

    /// <summary>The general walk; gives the same result as the plain path wherever that one succeeds.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void DecodeAny(LinkType link, ReadOnlySpan<byte> frame, int originalLength, ref PacketHeaders h)
    {
        h = default;
        var walk = new FrameWalk(frame, Math.Max(originalLength, frame.Length), ref h);
        LinkWalk.Run(ref walk, link);
        if (walk.Contradicted)
        {
            h.Status = DecodeStatus.Malformed;
        }
    }
}
