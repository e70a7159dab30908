using System.Runtime.InteropServices;

namespace Whydrop.Wire.Walk;

/// <summary>The upper-layer header behind the innermost IP header.</summary>
internal static class TransportWalk
{
    internal static void Run(ref FrameWalk walk, int offset)
    {
        ref var h = ref walk.Headers;
        switch (h.Protocol)
        {
            case 6:
                Tcp(ref walk, offset);
                break;
            case 17:
                Udp(ref walk, offset);
                break;
            case 1 when h.IpVersion == 4:
            case 58 when h.IpVersion == 6:
                if (walk.Has(offset, 8))
                {
                    Place(ref walk, offset, 8);
                    h.Status = DecodeStatus.Icmp;
                }

                break;
            default:
                h.PayloadOffset = offset;
                h.PayloadLength = Math.Max(walk.WireEnd - offset, 0);
                h.Status = DecodeStatus.OtherIp;
                break;
        }
    }

    private static void Place(ref FrameWalk walk, int offset, int headerLength)
    {
        walk.Headers.TransportOffset = offset;
        walk.Headers.PayloadOffset = offset + headerLength;
        walk.Headers.PayloadLength = walk.WireEnd - offset - headerLength;
    }

    private static void Tcp(ref FrameWalk walk, int offset)
    {
        if (!walk.Has(offset, 20))
        {
            return;
        }

        ref var h = ref walk.Headers;
        var headerLength = (walk.U8(offset + 12) >> 4) * 4;
        var payload = walk.WireEnd - offset - headerLength;
        if (headerLength < 20 || payload < 0)
        {
            h.Status = headerLength >= 20 && walk.Continues ? DecodeStatus.Cut : DecodeStatus.Malformed;
            return;
        }

        // SAFETY: offset + 20 was compared with the captured end above.
        FrameDecoder.SetTcpFields(ref MemoryMarshal.GetReference(walk.Frame), offset, headerLength, payload, ref h);
        FrameDecoder.SetTcpOptions(walk.Frame[..walk.CapturedEnd], offset + 20, headerLength - 20, ref h);
        h.Status = DecodeStatus.Tcp;
    }

    /// <summary>RFC 768. A zero length is a datagram larger than the field on a sender with segmentation offload.</summary>
    private static void Udp(ref FrameWalk walk, int offset)
    {
        if (!walk.Has(offset, 8))
        {
            return;
        }

        ref var h = ref walk.Headers;
        ref var header = ref walk.At(offset, 8);
        int length = NetworkOrder.U16(ref header, 4);
        var available = walk.WireEnd - offset;
        if (length is > 0 and < 8 || (length > available && !walk.Continues))
        {
            h.Status = DecodeStatus.Malformed;
            return;
        }

        Place(ref walk, offset, 8);
        if (length != 0)
        {
            h.PayloadLength = Math.Min(length, available) - 8;
        }

        h.SourcePort = NetworkOrder.U16(ref header, 0);
        h.DestinationPort = NetworkOrder.U16(ref header, 2);
        h.Status = DecodeStatus.Udp;
    }
}
