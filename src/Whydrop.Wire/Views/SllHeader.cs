using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>Linux cooked header (LINKTYPE_LINUX_SLL, 16 bytes). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct SllHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 16;

    private readonly ReadOnlySpan<byte> bytes;

    private SllHeader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 sent by us.</summary>
    public ushort PacketType => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    /// <summary>ARPHRD_ type of the device.</summary>
    public ushort HardwareType => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Link-layer source address, at most 8 bytes.</summary>
    public ReadOnlySpan<byte> Address => bytes.Slice(6, Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]), 8));

    /// <summary>Protocol: an EtherType for most devices.</summary>
    public ushort Protocol => BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);

    /// <summary>Captured bytes behind the header.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the first byte of the frame.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SllHeader header, out WireError error)
    {
        var fits = bytes.Length >= HeaderLength;
        error = fits ? default : WireError.Cut(WireLayer.LinuxSll, HeaderLength, bytes.Length);
        header = fits ? new SllHeader(bytes) : default;
        return fits;
    }
}
