using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Whydrop.Wire;

namespace Whydrop.Tcp.Packets;

/// <summary>
/// The short way from the bytes of a frame to a segment for what nearly every frame is: IPv4 without options, not a fragment, TCP without
/// options or with timestamps alone. Where it succeeds it says what <see cref="FrameDecoder"/> says.
/// </summary>
internal static unsafe class PlainSegment
{
    private const int HeaderBytes = 40;
    private const int TimestampBytes = 12;

    /// <summary>Where the IPv4 header starts behind a link header of fixed length; -1 for link types left to the decoder.</summary>
    public static int IpOffset(LinkType link) => link switch
    {
        LinkType.Ethernet => 14,
        LinkType.LinuxSll2 => 20,
        LinkType.LinuxSll => 16,
        _ => -1,
    };

    /// <summary>Where that link header holds the EtherType.</summary>
    public static int TypeOffset(LinkType link) => link switch
    {
        LinkType.Ethernet => 12,
        LinkType.LinuxSll2 => 0,
        _ => 14,
    };

    /// <summary>Reads the segment; on false the frame is one for the decoder, and <paramref name="s"/> is not changed.</summary>
    /// <param name="frame">Its bytes.</param>
    /// <param name="captured">How many.</param>
    /// <param name="original">Bytes it had on the wire.</param>
    /// <param name="ip">From <see cref="IpOffset"/>.</param>
    /// <param name="type">From <see cref="TypeOffset"/>.</param>
    /// <param name="point">Number of the capture point.</param>
    /// <param name="s">The segment; time, row, hash and flow are left to the caller.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* frame, int captured, int original, int ip, int type, uint point, ref TcpSegment s)
    {
        // SAFETY: nothing beyond ip + 40 is read before the captured length was compared with it, and no options before theirs.
        if (captured < ip + HeaderBytes || U16(frame + type) != 0x0800)
        {
            return false;
        }

        var header = frame + ip;
        var length = U16(header + 2);
        var options = ((header[32] >> 4) * 4) - 20;
        if (header[0] != 0x45 || header[9] != 6 || (U16(header + 6) & 0x3FFF) != 0 || (options & ~TimestampBytes) != 0 || options == 4 || options == 8
            || length < HeaderBytes + options || length > Math.Max(original, captured) - ip)
        {
            return false;
        }

        uint value = 0, echo = 0;
        if (options != 0)
        {
            if (captured < ip + HeaderBytes + TimestampBytes || U32(header + 40) != 0x0101080A)
            {
                return false;
            }

            value = U32(header + 44);
            echo = U32(header + 48);
        }

        s.FromHigh = s.Key.Set(FlowKeyBits.End(U32(header + 12), U16(header + 20)), FlowKeyBits.End(U32(header + 16), U16(header + 22)), point, 0);
        s.Sequence = U32(header + 24);
        s.Acknowledgment = U32(header + 28);
        s.Length = length - HeaderBytes - options;
        s.IpLength = length;
        s.TsVal = value;
        s.TsEcr = echo;
        s.IpId = U16(header + 4);
        s.Window = U16(header + 34);
        s.Flags = header[33];
        s.Ttl = header[8];
        s.TcpOptionsLength = (byte)options;
        s.SackBlocks = 0;
        s.HasTimestamp = options != 0;
        s.DontFragment = (header[6] & 0x40) != 0;
        s.TunnelReversed = false;
        s.Damaged = false;
        s.IpOffset = ip;
        s.TcpOffset = ip + 20;
        s.SackOffset = 0;
        return true;
    }

    // SAFETY: the caller compared the end of the read with the captured length.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort U16(byte* at) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(at));

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint U32(byte* at) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(at));
}
