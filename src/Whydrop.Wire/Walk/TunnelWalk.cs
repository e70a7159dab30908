namespace Whydrop.Wire.Walk;

/// <summary>Recognises an encapsulation behind the current IP header and finds the inner IP header.</summary>
internal static class TunnelWalk
{
    private const ushort VxlanPort = 4789;
    private const ushort LinuxVxlanPort = 8472;
    private const ushort GenevePort = 6081;

    /// <summary>True when an IP packet is carried inside: its EtherType and offset are given. Else the status stands as it is.</summary>
    internal static bool TryEnter(ref FrameWalk walk, int offset, ref TunnelHeader tunnel, out ushort etherType, out int inner)
    {
        etherType = 0;
        inner = offset;
        ref var h = ref walk.Headers;
        switch (h.Status)
        {
            case DecodeStatus.Udp when h.DestinationPort is VxlanPort or LinuxVxlanPort or GenevePort:
                return OverUdp(ref walk, ref tunnel, out etherType, out inner);
            case DecodeStatus.OtherIp when h.Protocol == 4:
                tunnel.Kind = TunnelKind.IpIp;
                etherType = EtherType.Ipv4;
                return true;
            case DecodeStatus.OtherIp when h.Protocol == 41:
                tunnel.Kind = TunnelKind.SixInFour;
                etherType = EtherType.Ipv6;
                return true;
            case DecodeStatus.OtherIp when h.Protocol == 47:
                return Gre(ref walk, offset, ref tunnel, out etherType, out inner);
            default:
                return false;
        }
    }

    /// <summary>RFC 2784, RFC 2890: flags, version 0, protocol type, then checksum, key and sequence number as flagged.</summary>
    private static bool Gre(ref FrameWalk walk, int offset, ref TunnelHeader tunnel, out ushort etherType, out int inner)
    {
        etherType = 0;
        inner = offset;
        if (!walk.Has(offset, 4))
        {
            return false;
        }

        const int Checksum = 0x8000;
        const int Key = 0x2000;
        const int Sequence = 0x1000;
        var flags = walk.U16(offset);
        etherType = walk.U16(offset + 2);

        // Other bits: RFC 1701 source routing or version 1 (PPTP), whose payload lies elsewhere.
        if ((flags & ~(Checksum | Key | Sequence)) != 0)
        {
            return false;
        }

        inner = offset + 4;
        inner += (flags & Checksum) != 0 ? 4 : 0;
        if ((flags & Key) != 0)
        {
            if (!walk.Has(inner, 4))
            {
                return false;
            }

            tunnel.Identifier = walk.U32(inner);
            inner += 4;
        }

        inner += (flags & Sequence) != 0 ? 4 : 0;
        tunnel.Kind = TunnelKind.Gre;
        return SkipEthernet(ref walk, ref etherType, ref inner) && etherType is EtherType.Ipv4 or EtherType.Ipv6;
    }

    /// <summary>VXLAN and Geneve have nothing but a port number to tell them apart from other UDP, so the inner IP header must hold up before it is believed.</summary>
    private static bool OverUdp(ref FrameWalk walk, ref TunnelHeader tunnel, out ushort etherType, out int inner)
    {
        var outer = walk;
        ref var h = ref walk.Headers;
        walk.WireEnd = h.PayloadOffset + h.PayloadLength;
        walk.CapturedEnd = Math.Min(walk.CapturedEnd, walk.WireEnd);
        etherType = 0;
        inner = h.PayloadOffset;
        var entered = walk.Has(inner, 8)
            && (h.DestinationPort == GenevePort ? Geneve(ref walk, ref tunnel, ref etherType, ref inner) : Vxlan(ref walk, ref tunnel, ref etherType, ref inner))
            && SkipEthernet(ref walk, ref etherType, ref inner)
            && IpHoldsUp(walk, etherType, inner);
        if (!entered)
        {
            h.Status = DecodeStatus.Udp;
            walk.WireEnd = outer.WireEnd;
            walk.CapturedEnd = outer.CapturedEnd;
        }

        return entered;
    }

    /// <summary>RFC 7348: the I flag must be set; the group policy extension uses further bits of the first four bytes.</summary>
    private static bool Vxlan(ref FrameWalk walk, ref TunnelHeader tunnel, ref ushort etherType, ref int inner)
    {
        if ((walk.U8(inner) & 0x08) == 0)
        {
            return false;
        }

        tunnel.Kind = TunnelKind.Vxlan;
        tunnel.Identifier = walk.U32(inner + 4) >> 8;
        etherType = EtherType.TransparentEthernet;
        inner += 8;
        return true;
    }

    /// <summary>RFC 8926: version 0, options counted in 4-byte words, protocol type, VNI.</summary>
    private static bool Geneve(ref FrameWalk walk, ref TunnelHeader tunnel, ref ushort etherType, ref int inner)
    {
        int first = walk.U8(inner);
        if (first >> 6 != 0)
        {
            return false;
        }

        tunnel.Kind = TunnelKind.Geneve;
        tunnel.Identifier = walk.U32(inner + 4) >> 8;
        etherType = walk.U16(inner + 2);
        inner += 8 + ((first & 63) * 4);
        return true;
    }

    private static bool SkipEthernet(ref FrameWalk walk, ref ushort etherType, ref int inner)
    {
        if (etherType != EtherType.TransparentEthernet)
        {
            return true;
        }

        if (!walk.Has(inner, 14))
        {
            return false;
        }

        etherType = walk.U16(inner + 12);
        inner += 14;
        ushort innerVlan = 0;
        return LinkWalk.SkipShims(ref walk, ref etherType, ref inner, ref innerVlan);
    }

    /// <summary>A complete fixed IP header whose version and lengths agree with what encloses it.</summary>
    private static bool IpHoldsUp(in FrameWalk walk, ushort etherType, int ip)
    {
        var available = walk.WireEnd - ip;
        switch (etherType)
        {
            case EtherType.Ipv4 when walk.CapturedEnd - ip >= 20:
                var header = walk.U8(ip);
                int total = walk.U16(ip + 2);
                var headerLength = (header & 15) * 4;
                return header >> 4 == 4 && headerLength >= 20 && headerLength <= available
                    && (total == 0 || (total >= headerLength && (total <= available || walk.Continues)));
            case EtherType.Ipv6 when walk.CapturedEnd - ip >= 40:
                int payload = walk.U16(ip + 4);
                return walk.U8(ip) >> 4 == 6 && (payload + 40 <= available || walk.Continues);
            default:
                return false;
        }
    }
}
