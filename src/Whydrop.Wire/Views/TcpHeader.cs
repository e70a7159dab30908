using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>TCP header (RFC 9293, 3.1). After <see cref="TryParse"/> succeeds no accessor throws; options may be cut by the capture.</summary>
public readonly ref struct TcpHeader
{
    /// <summary>Bytes of the header without options.</summary>
    public const int FixedLength = 20;

    private readonly ReadOnlySpan<byte> bytes;

    private TcpHeader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Source port.</summary>
    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    /// <summary>Destination port.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Sequence number.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);

    /// <summary>Acknowledgment number.</summary>
    public uint Acknowledgment => BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);

    /// <summary>Bytes of the header with options, 20 to 60.</summary>
    public int HeaderLength => (bytes[12] >> 4) * 4;

    /// <summary>Bits of <see cref="TcpFlag"/>.</summary>
    public byte Flags => bytes[13];

    /// <summary>The AE bit (RFC 9768), which older stacks know as NS.</summary>
    public bool AccurateEcn => (bytes[12] & 1) != 0;

    /// <summary>Window field, unscaled.</summary>
    public ushort Window => BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);

    /// <summary>Checksum field.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]);

    /// <summary>Urgent pointer.</summary>
    public ushort UrgentPointer => BinaryPrimitives.ReadUInt16BigEndian(bytes[18..]);

    /// <summary>Captured part of the options area.</summary>
    public ReadOnlySpan<byte> OptionBytes => bytes[FixedLength..Math.Min(HeaderLength, bytes.Length)];

    /// <summary>The options one by one.</summary>
    public TcpOptions Options => new(OptionBytes, HeaderLength - FixedLength);

    /// <summary>Captured bytes behind the header.</summary>
    public ReadOnlySpan<byte> Payload => bytes.Length > HeaderLength ? bytes[HeaderLength..] : [];

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the source port on, without link padding.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out TcpHeader header, out WireError error)
    {
        header = default;
        error = default;
        if (bytes.Length < FixedLength)
        {
            error = WireError.Cut(WireLayer.Tcp, FixedLength, bytes.Length);
            return false;
        }

        var view = new TcpHeader(bytes);
        if (view.HeaderLength < FixedLength)
        {
            error = WireError.Field(WireLayer.Tcp, FixedLength, view.HeaderLength);
            return false;
        }

        header = view;
        return true;
    }
}
