using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>VXLAN header (RFC 7348, 8 bytes). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct VxlanHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 8;

    private const byte ValidIdentifier = 0x08;
    private const byte GroupPolicyFlag = 0x80;

    private readonly ReadOnlySpan<byte> bytes;

    private VxlanHeader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Flag byte; bit 3 (the I flag) is set.</summary>
    public byte Flags => bytes[0];

    /// <summary>VXLAN network identifier, 24 bits.</summary>
    public uint NetworkIdentifier => BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) >> 8;

    /// <summary>Group policy identifier (draft-smith-vxlan-group-policy); null when its flag is clear.</summary>
    public ushort? GroupPolicy => (Flags & GroupPolicyFlag) == 0 ? null : BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Captured bytes of the inner Ethernet frame.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>Reads the header; without the I flag it is another kind.</summary>
    /// <param name="bytes">From the flags on.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out VxlanHeader header, out WireError error)
    {
        header = default;
        error = default;
        if (bytes.Length < HeaderLength)
        {
            error = WireError.Cut(WireLayer.Vxlan, HeaderLength, bytes.Length);
            return false;
        }

        if ((bytes[0] & ValidIdentifier) == 0)
        {
            error = WireError.OtherKind(WireLayer.Vxlan, bytes[0] | ValidIdentifier, bytes[0]);
            return false;
        }

        header = new VxlanHeader(bytes);
        return true;
    }
}
