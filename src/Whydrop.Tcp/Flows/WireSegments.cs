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

    /// <summary>Payload of a full segment of a sender, to tell how many segments a range stands for that was not seen.</summary>
    /// <param name="fwd">The sender.</param>
    /// <param name="ownMss">MSS it advertised itself: its own interface rarely carries more; 0 when not known.</param>
    /// <param name="options">Bytes of TCP options that every segment carries.</param>
    /// <param name="headers">IP and TCP header without options: 40, or 60 with IPv6.</param>
    public static int UsualPayload(in SenderState fwd, int ownMss, int options, int headers)
    {
        const int smallest = 48; // Linux takes no MSS below this at its word (TCP_MIN_SND_MSS).
        var seen = fwd.LargestDatagram - headers - options;
        if (fwd.Mss < smallest)
        {
            return Math.Max(seen, UsualIpLength - headers - options);
        }

        var mss = ownMss >= smallest ? Math.Min(fwd.Mss, ownMss) : fwd.Mss;
        return Math.Max(seen, Math.Max(mss - options, 8));
    }

    /// <summary>Segments on the wire.</summary>
    public static int Count(int length, int limit) => limit == 0 ? 1 : (length + limit - 1) / limit;
}
