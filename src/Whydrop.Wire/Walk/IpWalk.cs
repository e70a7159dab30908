namespace Whydrop.Wire.Walk;

/// <summary>From the network protocol to the innermost transport header.</summary>
internal static class IpWalk
{
    private const int MaxTunnels = 4;
    private const int MaxExtensionHeaders = 12;
    private const byte AuthenticationHeader = 51;

    internal static void Run(ref FrameWalk walk, ushort etherType, int offset)
    {
        if (etherType is not (EtherType.Ipv4 or EtherType.Ipv6))
        {
            walk.Headers.Status = etherType == EtherType.Arp ? DecodeStatus.Arp : DecodeStatus.OtherNetwork;
            walk.Headers.PayloadOffset = offset;
            return;
        }

        walk.Headers.OuterIpOffset = offset;
        ref var h = ref walk.Headers;
        while (true)
        {
            var upper = etherType == EtherType.Ipv4 ? Ipv4(ref walk, offset) : Ipv6(ref walk, offset);
            if (upper < 0)
            {
                return;
            }

            TransportWalk.Run(ref walk, upper);
            TunnelHeader tunnel = default;
            if (h.TunnelDepth == MaxTunnels || !TunnelWalk.TryEnter(ref walk, upper, ref tunnel, out etherType, out offset))
            {
                return;
            }

            tunnel.OuterIpOffset = h.IpOffset;
            h.TunnelHeaders.Set(h.TunnelDepth, tunnel);
            h.TunnelDepth++;
            ForgetOuter(ref h);
        }
    }

    /// <summary>What described the outer packet must not stand beside the inner one.</summary>
    private static void ForgetOuter(ref PacketHeaders h)
    {
        h.IpVersion = 0;
        h.Protocol = 0;
        h.Ttl = 0;
        h.TrafficClass = 0;
        h.DontFragment = false;
        h.MoreFragments = false;
        h.Source4 = 0;
        h.Destination4 = 0;
        h.IpOffset = 0;
        h.IpLength = 0;
        h.IpId = 0;
        h.FragmentOffset = 0;
        h.TransportOffset = 0;
        h.PayloadOffset = 0;
        h.PayloadLength = 0;
        h.SourcePort = 0;
        h.DestinationPort = 0;
    }

    /// <summary>RFC 791. Returns the offset of the upper-layer header, or -1 when the walk ends here (status set).</summary>
    private static int Ipv4(ref FrameWalk walk, int ip)
    {
        if (!walk.Has(ip, 20))
        {
            return -1;
        }

        ref var h = ref walk.Headers;
        ref var header = ref walk.At(ip, 20);
        var headerLength = (NetworkOrder.U8(ref header, 0) & 15) * 4;
        if (NetworkOrder.U8(ref header, 0) >> 4 != 4 || headerLength < 20)
        {
            h.Status = DecodeStatus.Malformed;
            return -1;
        }

        var fragment = NetworkOrder.U16(ref header, 6);
        h.IpVersion = 4;
        h.IpOffset = ip;
        h.TrafficClass = NetworkOrder.U8(ref header, 1);
        h.IpId = NetworkOrder.U16(ref header, 4);
        h.DontFragment = (fragment & 0x4000) != 0;
        h.MoreFragments = (fragment & 0x2000) != 0;
        h.FragmentOffset = (fragment & 0x1fff) * 8;
        h.Ttl = NetworkOrder.U8(ref header, 8);
        h.Protocol = NetworkOrder.U8(ref header, 9);
        h.Source4 = NetworkOrder.U32(ref header, 12);
        h.Destination4 = NetworkOrder.U32(ref header, 16);

        // A sender that leaves segmentation to the hardware may leave the total length at zero.
        int total = NetworkOrder.U16(ref header, 2);
        walk.EnterDatagram(ip, total == 0 ? walk.WireEnd - ip : total);
        if (!walk.Has(ip, headerLength))
        {
            return -1;
        }

        if (h.FragmentOffset != 0)
        {
            return LaterFragment(ref walk, ip + headerLength);
        }

        walk.Continues |= h.MoreFragments;
        return SkipExtensions(ref walk, ip + headerLength, AuthenticationHeader);
    }

    /// <summary>RFC 8200. Same result as <see cref="Ipv4"/>.</summary>
    private static int Ipv6(ref FrameWalk walk, int ip)
    {
        if (!walk.Has(ip, 40))
        {
            return -1;
        }

        ref var h = ref walk.Headers;
        ref var header = ref walk.At(ip, 40);
        var first = NetworkOrder.U32(ref header, 0);
        if (first >> 28 != 6)
        {
            h.Status = DecodeStatus.Malformed;
            return -1;
        }

        h.IpVersion = 6;
        h.IpOffset = ip;
        h.TrafficClass = (byte)(first >> 20);
        h.DontFragment = true;
        h.Protocol = NetworkOrder.U8(ref header, 6);
        h.Ttl = NetworkOrder.U8(ref header, 7);
        int payload = NetworkOrder.U16(ref header, 4);
        walk.EnterDatagram(ip, payload == 0 ? LengthWithoutField(walk, ip) : 40 + payload);
        return SkipExtensions(ref walk, ip + 40, 0);
    }

    /// <summary>Length of an IPv6 datagram whose payload length is zero: empty, a jumbogram (RFC 2675), or larger than the field on a sender with segmentation offload.</summary>
    private static int LengthWithoutField(in FrameWalk walk, int ip)
    {
        const byte HopByHop = 0;
        const byte NoNextHeader = 59;
        var next = walk.U8(ip + 6);
        if (next == NoNextHeader)
        {
            return 40;
        }

        var options = ip + 40;
        if (next == HopByHop && walk.CapturedEnd - options >= 8)
        {
            // The jumbo payload option (type 0xC2, length 4) is aligned to 4n + 2, so it opens the header when it stands alone.
            if (walk.U16(options + 2) == 0xc204)
            {
                var jumbo = walk.U32(options + 4);
                return (int)Math.Min(40L + jumbo, int.MaxValue);
            }
        }

        return walk.WireEnd - ip;
    }

    /// <summary>Walks extension headers; <paramref name="only"/> limits it to one kind (AH in IPv4), 0 means all of IPv6.</summary>
    private static int SkipExtensions(ref FrameWalk walk, int offset, byte only)
    {
        ref var h = ref walk.Headers;
        for (var count = 0; count < MaxExtensionHeaders && IsExtension(h.Protocol) && (only == 0 || h.Protocol == only); count++)
        {
            if (!walk.Has(offset, 8))
            {
                h.Protocol = 0;
                return -1;
            }

            if (h.Protocol == 44)
            {
                var field = walk.U16(offset + 2);
                h.FragmentOffset = field & 0xfff8;
                h.MoreFragments = (field & 1) != 0;
                h.IpId = walk.U32(offset + 4);
                h.Protocol = walk.U8(offset);
                offset += 8;
                if (h.FragmentOffset != 0)
                {
                    return LaterFragment(ref walk, offset);
                }

                walk.Continues |= h.MoreFragments;
                continue;
            }

            // RFC 4302 counts AH in 32-bit words minus 2, RFC 8200 the others in 8-byte units minus 1.
            var length = h.Protocol == AuthenticationHeader ? (walk.U8(offset + 1) + 2) * 4 : (walk.U8(offset + 1) + 1) * 8;
            h.Protocol = walk.U8(offset);
            offset += length;
            if (!walk.Has(offset, 0))
            {
                h.Protocol = 0;
                return -1;
            }
        }

        return offset;
    }

    private static bool IsExtension(byte protocol) => protocol is 0 or 43 or 44 or AuthenticationHeader or 60 or 135 or 139 or 140;

    private static int LaterFragment(ref FrameWalk walk, int offset)
    {
        ref var h = ref walk.Headers;
        h.PayloadOffset = offset;
        h.PayloadLength = Math.Max(walk.WireEnd - offset, 0);

        // No datagram reaches past 65535 bytes (RFC 791, 3.2).
        h.Status = h.FragmentOffset + (long)h.PayloadLength > 65535 || offset > walk.WireEnd ? DecodeStatus.Malformed : DecodeStatus.LaterFragment;
        return -1;
    }
}
