using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>GRE header, version 0 (RFC 2784, RFC 2890). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct GreHeader
{
    private const int ChecksumFlag = 0x8000;
    private const int RoutingFlag = 0x4000;
    private const int KeyFlag = 0x2000;
    private const int SequenceFlag = 0x1000;

    private readonly ReadOnlySpan<byte> bytes;

    private GreHeader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Flags and version, as on the wire.</summary>
    public ushort Flags => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    /// <summary>EtherType of the payload.</summary>
    public ushort ProtocolType => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Bytes of the header, 4 to 16.</summary>
    public int HeaderLength => LengthOf(Flags);

    /// <summary>Key; null when absent.</summary>
    public uint? Key => (Flags & KeyFlag) == 0 ? null : BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 + Size(Flags, ChecksumFlag))..]);

    /// <summary>Sequence number; null when absent.</summary>
    public uint? Sequence => (Flags & SequenceFlag) == 0 ? null : BinaryPrimitives.ReadUInt32BigEndian(bytes[(HeaderLength - 4)..]);

    /// <summary>Captured bytes behind the header.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>Reads the header. Version 1 (PPTP) and source routing (RFC 1701) are another kind.</summary>
    /// <param name="bytes">From the flags on.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out GreHeader header, out WireError error)
    {
        header = default;
        error = default;
        if (bytes.Length < 4)
        {
            error = WireError.Cut(WireLayer.Gre, 4, bytes.Length);
            return false;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if ((flags & (RoutingFlag | 7)) != 0)
        {
            error = WireError.OtherKind(WireLayer.Gre, flags & ~(RoutingFlag | 7), flags);
            return false;
        }

        if (bytes.Length < LengthOf(flags))
        {
            error = WireError.Cut(WireLayer.Gre, LengthOf(flags), bytes.Length);
            return false;
        }

        header = new GreHeader(bytes);
        return true;
    }

    private static int LengthOf(ushort flags) => 4 + Size(flags, ChecksumFlag) + Size(flags, KeyFlag) + Size(flags, SequenceFlag);

    private static int Size(ushort flags, int flag) => (flags & flag) != 0 ? 4 : 0;
}
