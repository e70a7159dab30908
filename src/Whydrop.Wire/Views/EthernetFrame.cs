using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>Ethernet header (IEEE 802.3, 14 bytes). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct EthernetFrame
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 14;

    private readonly ReadOnlySpan<byte> bytes;

    private EthernetFrame(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Destination MAC address, 6 bytes.</summary>
    public ReadOnlySpan<byte> Destination => bytes[..6];

    /// <summary>Source MAC address, 6 bytes.</summary>
    public ReadOnlySpan<byte> Source => bytes.Slice(6, 6);

    /// <summary>EtherType, or the length of an 802.3 frame when below 1536.</summary>
    public ushort Type => BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);

    /// <summary>Captured bytes behind the header, padding included.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the first byte of the frame.</param>
    /// <param name="frame">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out EthernetFrame frame, out WireError error)
    {
        var fits = bytes.Length >= HeaderLength;
        error = fits ? default : WireError.Cut(WireLayer.Ethernet, HeaderLength, bytes.Length);
        frame = fits ? new EthernetFrame(bytes) : default;
        return fits;
    }
}
