using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>ICMP message (RFC 792). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct Icmpv4Message
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 8;

    private const byte DestinationUnreachable = 3;
    private const byte FragmentationNeeded = 4;
    private const byte SourceQuench = 4;
    private const byte Redirect = 5;
    private const byte TimeExceeded = 11;
    private const byte ParameterProblem = 12;

    private readonly ReadOnlySpan<byte> bytes;

    private Icmpv4Message(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Type.</summary>
    public byte Type => bytes[0];

    /// <summary>Code.</summary>
    public byte Code => bytes[1];

    /// <summary>Checksum field.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Bytes 4 to 7: what they mean depends on the type.</summary>
    public uint RestOfHeader => BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);

    /// <summary>Whether the message is about a datagram and quotes it.</summary>
    public bool QuotesDatagram => Type is DestinationUnreachable or SourceQuench or Redirect or TimeExceeded or ParameterProblem;

    /// <summary>Type 3 code 4.</summary>
    public bool IsFragmentationNeeded => Type == DestinationUnreachable && Code == FragmentationNeeded;

    /// <summary>Next-hop MTU in bytes (RFC 1191, 4); null for another message and for routers that leave it zero.</summary>
    public ushort? NextHopMtu => IsFragmentationNeeded && (RestOfHeader & 0xffff) != 0 ? (ushort)RestOfHeader : null;

    /// <summary>Identifier of an echo request or reply; 0 otherwise.</summary>
    public ushort EchoIdentifier => Type is 0 or 8 ? (ushort)(RestOfHeader >> 16) : (ushort)0;

    /// <summary>Sequence number of an echo request or reply; 0 otherwise.</summary>
    public ushort EchoSequence => Type is 0 or 8 ? (ushort)RestOfHeader : (ushort)0;

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
            error = WireError.OtherKind(WireLayer.Icmpv4, DestinationUnreachable, Type);
            return false;
        }

        // RFC 4884 (4): types 3, 11 and 12 may give the quoted length in 32-bit words; extensions follow it.
        var words = Type is DestinationUnreachable or TimeExceeded or ParameterProblem ? bytes[5] : 0;
        var payload = Payload;
        return QuotedDatagram.TryParse(words != 0 && words * 4 < payload.Length ? payload[..(words * 4)] : payload, out quoted, out error);
    }

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the type on, without link padding.</param>
    /// <param name="message">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Icmpv4Message message, out WireError error)
    {
        var fits = bytes.Length >= HeaderLength;
        error = fits ? default : WireError.Cut(WireLayer.Icmpv4, HeaderLength, bytes.Length);
        message = fits ? new Icmpv4Message(bytes) : default;
        return fits;
    }
}
