using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>Linux cooked header, version 2 (LINKTYPE_LINUX_SLL2, 20 bytes). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct Sll2Header
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 20;

    private readonly ReadOnlySpan<byte> bytes;

    private Sll2Header(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Protocol: an EtherType for most devices.</summary>
    public ushort Protocol => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    /// <summary>ifindex of the device on the capturing host.</summary>
    public int InterfaceIndex => BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);

    /// <summary>ARPHRD_ type of the device.</summary>
    public ushort HardwareType => BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]);

    /// <summary>0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 sent by us.</summary>
    public byte PacketType => bytes[10];

    /// <summary>Link-layer source address, at most 8 bytes.</summary>
    public ReadOnlySpan<byte> Address => bytes.Slice(12, Math.Min((int)bytes[11], 8));

    /// <summary>Captured bytes behind the header.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the first byte of the frame.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Sll2Header header, out WireError error)
    {
        var fits = bytes.Length >= HeaderLength;
        error = fits ? default : WireError.Cut(WireLayer.LinuxSll2, HeaderLength, bytes.Length);
        header = fits ? new Sll2Header(bytes) : default;
        return fits;
    }
}
