using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>ICMPv6 message (RFC 4443). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct Icmpv6Message
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 8;

    private const byte DestinationUnreachable = 1;
    private const byte PacketTooBig = 2;
    private const byte TimeExceeded = 3;
    private const byte ParameterProblem = 4;

    private readonly ReadOnlySpan<byte> bytes;

    private Icmpv6Message(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Type; below 128 the message is an error.</summary>
    public byte Type => bytes[0];

    /// <summary>Code.</summary>
    public byte Code => bytes[1];

    /// <summary>Checksum field.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Bytes 4 to 7: what they mean depends on the type.</summary>
    public uint RestOfHeader => BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);

    /// <summary>Whether the message is about a datagram and quotes it.</summary>
    public bool QuotesDatagram => Type is DestinationUnreachable or PacketTooBig or TimeExceeded or ParameterProblem;

    /// <summary>Type 2.</summary>
    public bool IsPacketTooBig => Type == PacketTooBig;

    /// <summary>Next-hop MTU in bytes of a packet-too-big message; null for another message.</summary>
    public uint? NextHopMtu => IsPacketTooBig ? RestOfHeader : null;

    /// <summary>Identifier of an echo request or reply; 0 otherwise.</summary>
    public ushort EchoIdentifier => Type is 128 or 129 ? (ushort)(RestOfHeader >> 16) : (ushort)0;

    /// <summary>Sequence number of an echo request or reply; 0 otherwise.</summary>
    public ushort EchoSequence => Type is 128 or 129 ? (ushort)RestOfHeader : (ushort)0;

    /// <summary>Captured bytes behind the header.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>The datagram the message is about.</summary>
    /// <param name="quoted">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public bool TryGetQuoted(out QuotedDatagram quoted, out WireError error)
    {
        if (!QuotesDatagram)
        {
            quoted = default;
            error = WireError.OtherKind(WireLayer.Icmpv6, DestinationUnreachable, Type);
            return false;
        }

        // RFC 4884 (4): types 1 and 3 may give the quoted length in 64-bit words; extensions follow it.
        var words = Type is DestinationUnreachable or TimeExceeded ? bytes[4] : 0;
        var payload = Payload;
        return QuotedDatagram.TryParse(words != 0 && words * 8 < payload.Length ? payload[..(words * 8)] : payload, out quoted, out error);
    }

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the type on, without link padding.</param>
    /// <param name="message">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Icmpv6Message message, out WireError error)
    {
        var fits = bytes.Length >= HeaderLength;
        error = fits ? default : WireError.Cut(WireLayer.Icmpv6, HeaderLength, bytes.Length);
        message = fits ? new Icmpv6Message(bytes) : default;
        return fits;
    }
}
