using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Flows;

/// <summary>A captured frame may be several segments on the wire (TSO, GSO, GRO, LRO): how many, and how large.</summary>
internal static class WireSegments
{
    private const int UsualIpLength = 1500;

    /// <summary>Largest payload of one wire segment of this sender; 0 when the frame is one segment itself.</summary>
    /// <remarks>
    /// The receiver's MSS, less the options of this segment (RFC 6691), bounds what may be on the wire. Without a handshake a datagram
    /// beyond 1500 bytes counts as merged, unless the largest one so far has exactly its length: jumbo frames repeat, merged ones vary.
    /// </remarks>
    public static int PayloadLimit(in TcpSegment s, in SenderState fwd)
    {
        if (fwd.Mss != 0)
        {
            var limit = fwd.Mss - s.TcpOptionsLength;
            return limit > 0 && s.Length > limit ? limit : 0;
        }

        if (s.IpLength <= UsualIpLength || (s.IpLength <= 9216 && s.IpLength == fwd.LargestDatagram))
        {
            return 0;
        }

        return UsualIpLength - Math.Min(s.IpLength - s.Length, 120);
    }

    /// <summary>Segments on the wire.</summary>
    public static int Count(int length, int limit) => limit == 0 ? 1 : (length + limit - 1) / limit;
}
