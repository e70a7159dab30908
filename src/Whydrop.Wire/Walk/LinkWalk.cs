using System.Buffers.Binary;

namespace Whydrop.Wire.Walk;

/// <summary>Link headers down to the network protocol.</summary>
internal static class LinkWalk
{
    private const int MaxTags = 8;
    private const int MaxLabels = 16;

    internal static void Run(ref FrameWalk walk, LinkType link)
    {
        walk.Headers.LinkPacketType = 255;
        switch (link)
        {
            case LinkType.Ethernet:
                if (walk.Has(0, 14))
                {
                    Typed(ref walk, walk.U16(12), 14);
                }

                break;
            case LinkType.LinuxSll:
                Sll(ref walk);
                break;
            case LinkType.LinuxSll2:
                Sll2(ref walk);
                break;
            case LinkType.Null or LinkType.Loop:
                Loopback(ref walk);
                break;
            case LinkType.Raw:
                RawIp(ref walk);
                break;
            case LinkType.Ipv4:
                IpWalk.Run(ref walk, EtherType.Ipv4, 0);
                break;
            case LinkType.Ipv6:
                IpWalk.Run(ref walk, EtherType.Ipv6, 0);
                break;
            default:
                walk.Headers.Status = DecodeStatus.UnknownLink;
                break;
        }
    }

    /// <summary>Walks over VLAN tags, MPLS labels and PPPoE; false (with the status set) when the bytes end before the network protocol.</summary>
    internal static bool SkipShims(ref FrameWalk walk, ref ushort etherType, ref int offset, ref ushort outermostVlan)
    {
        for (var tags = 0; EtherType.IsVlan(etherType); tags++)
        {
            if (tags == MaxTags)
            {
                return true;
            }

            if (!walk.Has(offset, 4))
            {
                return false;
            }

            if (tags == 0)
            {
                outermostVlan = (ushort)(walk.U16(offset) & 0xfff);
            }

            etherType = walk.U16(offset + 2);
            offset += 4;
        }

        return etherType switch
        {
            EtherType.Mpls or EtherType.MplsUpstream => SkipLabels(ref walk, ref etherType, ref offset),
            EtherType.PppoeSession => SkipPppoe(ref walk, ref etherType, ref offset),
            _ => true,
        };
    }

    /// <summary>RFC 3032: four-byte labels until the bottom of the stack; the payload names itself by its first nibble.</summary>
    private static bool SkipLabels(ref FrameWalk walk, ref ushort etherType, ref int offset)
    {
        for (var labels = 0; labels < MaxLabels; labels++)
        {
            if (!walk.Has(offset, 5))
            {
                return false;
            }

            var bottom = (walk.U8(offset + 2) & 1) != 0;
            offset += 4;
            if (bottom)
            {
                etherType = (walk.U8(offset) >> 4) switch
                {
                    4 => EtherType.Ipv4,
                    6 => EtherType.Ipv6,
                    _ => etherType,
                };
                return true;
            }
        }

        return true;
    }

    /// <summary>RFC 2516: version and type 1, code 0, then the PPP protocol (RFC 1661, uncompressed).</summary>
    private static bool SkipPppoe(ref FrameWalk walk, ref ushort etherType, ref int offset)
    {
        if (!walk.Has(offset, 8))
        {
            return false;
        }

        if (walk.U8(offset) != 0x11 || walk.U8(offset + 1) != 0)
        {
            return true;
        }

        etherType = walk.U16(offset + 6) switch
        {
            0x0021 => EtherType.Ipv4,
            0x0057 => EtherType.Ipv6,
            _ => etherType,
        };
        offset += 8;
        return true;
    }

    private static void Typed(ref FrameWalk walk, ushort etherType, int offset)
    {
        if (SkipShims(ref walk, ref etherType, ref offset, ref walk.Headers.Vlan))
        {
            IpWalk.Run(ref walk, etherType, offset);
        }
    }

    /// <summary>LINKTYPE_LINUX_SLL: packet type, ARPHRD_ type, address length, address, protocol (a netlink family for ARPHRD_NETLINK, which is below every EtherType).</summary>
    private static void Sll(ref FrameWalk walk)
    {
        if (walk.Has(0, 16))
        {
            walk.Headers.LinkPacketType = (byte)Math.Min((int)walk.U16(0), 255);
            Typed(ref walk, walk.U16(14), 16);
        }
    }

    /// <summary>LINKTYPE_LINUX_SLL2: protocol, reserved, ifindex, ARPHRD_ type, packet type, address length, address.</summary>
    private static void Sll2(ref FrameWalk walk)
    {
        if (walk.Has(0, 20))
        {
            walk.Headers.LinkPacketType = walk.U8(10);
            walk.Headers.LinkInterfaceIndex = (int)walk.U32(4);
            Typed(ref walk, walk.U16(0), 20);
        }
    }

    /// <summary>LINKTYPE_NULL and LINKTYPE_LOOP: a four-byte family, whose byte order for NULL is the writer's.</summary>
    private static void Loopback(ref FrameWalk walk)
    {
        if (!walk.Has(0, 4))
        {
            return;
        }

        var family = walk.U32(0);
        if (family > 0xffff)
        {
            family = BinaryPrimitives.ReverseEndianness(family);
        }

        // AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 28 and 30 on the BSDs and Darwin.
        var etherType = family switch
        {
            2 => EtherType.Ipv4,
            10 or 24 or 28 or 30 => EtherType.Ipv6,
            _ => (ushort)0,
        };
        IpWalk.Run(ref walk, etherType, 4);
    }

    private static void RawIp(ref FrameWalk walk)
    {
        if (walk.Has(0, 1))
        {
            IpWalk.Run(ref walk, walk.U8(0) >> 4 == 6 ? EtherType.Ipv6 : EtherType.Ipv4, 0);
        }
    }
}
