using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>VLAN tag behind its EtherType (IEEE 802.1Q, 4 bytes). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct VlanTag
{
    /// <summary>Bytes of the tag.</summary>
    public const int HeaderLength = 4;

    private readonly ReadOnlySpan<byte> bytes;

    private VlanTag(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Priority code point, 0 to 7.</summary>
    public byte Priority => (byte)(bytes[0] >> 5);

    /// <summary>Drop eligible indicator.</summary>
    public bool DropEligible => (bytes[0] & 0x10) != 0;

    /// <summary>VLAN identifier, 0 to 4095; 0 is a priority tag.</summary>
    public ushort Identifier => (ushort)(BinaryPrimitives.ReadUInt16BigEndian(bytes) & 0xfff);

    /// <summary>EtherType of what follows.</summary>
    public ushort Type => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Captured bytes behind the tag.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>Reads the tag.</summary>
    /// <param name="bytes">From the byte after the tag's EtherType.</param>
    /// <param name="tag">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out VlanTag tag, out WireError error)
    {
        var fits = bytes.Length >= HeaderLength;
        error = fits ? default : WireError.Cut(WireLayer.Vlan, HeaderLength, bytes.Length);
        tag = fits ? new VlanTag(bytes) : default;
        return fits;
    }
}
