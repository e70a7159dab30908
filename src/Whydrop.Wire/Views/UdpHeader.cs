using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>UDP header (RFC 768, 8 bytes). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct UdpHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 8;

    private readonly ReadOnlySpan<byte> bytes;

    private UdpHeader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Source port.</summary>
    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    /// <summary>Destination port.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Length field: header and payload; 0 for a datagram larger than the field.</summary>
    public ushort Length => BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);

    /// <summary>Checksum field; 0 means none was computed (IPv4, and tunnels over IPv6 by RFC 6935).</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);

    /// <summary>Captured bytes behind the header, up to the length field.</summary>
    public ReadOnlySpan<byte> Payload => Length == 0 || Length > bytes.Length ? bytes[HeaderLength..] : bytes[HeaderLength..Length];

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the source port on.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out UdpHeader header, out WireError error)
    {
        header = default;
        error = default;
        if (bytes.Length < HeaderLength)
        {
            error = WireError.Cut(WireLayer.Udp, HeaderLength, bytes.Length);
            return false;
        }

        var view = new UdpHeader(bytes);
        if (view.Length is > 0 and < HeaderLength)
        {
            error = WireError.Field(WireLayer.Udp, HeaderLength, view.Length);
            return false;
        }

        header = view;
        return true;
    }
}
