using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>ARP packet (RFC 826). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct ArpPacket
{
    private const int FixedLength = 8;

    private readonly ReadOnlySpan<byte> bytes;

    private ArpPacket(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Hardware type; 1 is Ethernet.</summary>
    public ushort HardwareType => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    /// <summary>EtherType of the protocol addresses.</summary>
    public ushort ProtocolType => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>1 request, 2 reply.</summary>
    public ushort Operation => BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);

    /// <summary>Hardware address of the sender.</summary>
    public ReadOnlySpan<byte> SenderHardware => bytes.Slice(FixedLength, bytes[4]);

    /// <summary>Protocol address of the sender.</summary>
    public ReadOnlySpan<byte> SenderProtocol => bytes.Slice(FixedLength + bytes[4], bytes[5]);

    /// <summary>Hardware address of the target; zero in a request.</summary>
    public ReadOnlySpan<byte> TargetHardware => bytes.Slice(FixedLength + bytes[4] + bytes[5], bytes[4]);

    /// <summary>Protocol address of the target.</summary>
    public ReadOnlySpan<byte> TargetProtocol => bytes.Slice(FixedLength + (2 * bytes[4]) + bytes[5], bytes[5]);

    /// <summary>Reads the packet; it must be complete.</summary>
    /// <param name="bytes">From the hardware type on.</param>
    /// <param name="packet">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ArpPacket packet, out WireError error)
    {
        var needed = bytes.Length < FixedLength ? FixedLength : FixedLength + (2 * bytes[4]) + (2 * bytes[5]);
        var fits = bytes.Length >= needed;
        error = fits ? default : WireError.Cut(WireLayer.Arp, needed, bytes.Length);
        packet = fits ? new ArpPacket(bytes) : default;
        return fits;
    }
}
