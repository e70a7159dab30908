using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>IPv6 header (RFC 8200, 40 bytes). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct Ipv6Header
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 40;

    private readonly ReadOnlySpan<byte> bytes;

    private Ipv6Header(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Traffic class: DSCP and ECN.</summary>
    public byte TrafficClass => (byte)(BinaryPrimitives.ReadUInt16BigEndian(bytes) >> 4);

    /// <summary>Flow label, 20 bits.</summary>
    public uint FlowLabel => BinaryPrimitives.ReadUInt32BigEndian(bytes) & 0xfffff;

    /// <summary>Payload length field: extension headers and upper layer; 0 for a jumbogram or a sender with segmentation offload.</summary>
    public ushort PayloadLength => BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);

    /// <summary>Next header: an extension header or the upper-layer protocol.</summary>
    public byte NextHeader => bytes[6];

    /// <summary>Hop limit.</summary>
    public byte HopLimit => bytes[7];

    /// <summary>Source address, 16 bytes.</summary>
    public ReadOnlySpan<byte> Source => bytes.Slice(8, 16);

    /// <summary>Destination address, 16 bytes.</summary>
    public ReadOnlySpan<byte> Destination => bytes.Slice(24, 16);

    /// <summary>Captured bytes behind the header, extension headers included, without link padding.</summary>
    public ReadOnlySpan<byte> Payload => PayloadLength == 0 || bytes.Length - HeaderLength < PayloadLength ? bytes[HeaderLength..] : bytes.Slice(HeaderLength, PayloadLength);

    /// <summary>The extension headers one by one.</summary>
    public Ipv6Extensions Extensions => new(NextHeader, Payload);

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the version field on.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Ipv6Header header, out WireError error)
    {
        header = default;
        error = default;
        if (bytes.Length < HeaderLength)
        {
            error = WireError.Cut(WireLayer.Ipv6, HeaderLength, bytes.Length);
            return false;
        }

        if (bytes[0] >> 4 != 6)
        {
            error = WireError.OtherKind(WireLayer.Ipv6, 6, bytes[0] >> 4);
            return false;
        }

        header = new Ipv6Header(bytes);
        return true;
    }
}
