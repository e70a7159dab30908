using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>Geneve header, version 0 (RFC 8926). After <see cref="TryParse"/> succeeds no accessor throws.</summary>
public readonly ref struct GeneveHeader
{
    /// <summary>Bytes of the header without options.</summary>
    public const int FixedLength = 8;

    private readonly ReadOnlySpan<byte> bytes;

    private GeneveHeader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Bytes of the header with options, 8 to 260.</summary>
    public int HeaderLength => FixedLength + ((bytes[0] & 63) * 4);

    /// <summary>O flag: a control packet.</summary>
    public bool IsControl => (bytes[1] & 0x80) != 0;

    /// <summary>C flag: critical options are present.</summary>
    public bool HasCriticalOptions => (bytes[1] & 0x40) != 0;

    /// <summary>EtherType of the payload; 0x6558 for Ethernet.</summary>
    public ushort ProtocolType => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Virtual network identifier, 24 bits.</summary>
    public uint NetworkIdentifier => BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) >> 8;

    /// <summary>Options area: class, type and length words, then values.</summary>
    public ReadOnlySpan<byte> OptionBytes => bytes[FixedLength..HeaderLength];

    /// <summary>Captured bytes behind the options.</summary>
    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>Reads the header with all its options.</summary>
    /// <param name="bytes">From the version field on.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out GeneveHeader header, out WireError error)
    {
        header = default;
        error = default;
        if (bytes.Length < FixedLength)
        {
            error = WireError.Cut(WireLayer.Geneve, FixedLength, bytes.Length);
            return false;
        }

        if (bytes[0] >> 6 != 0)
        {
            error = WireError.OtherKind(WireLayer.Geneve, 0, bytes[0] >> 6);
            return false;
        }

        var view = new GeneveHeader(bytes);
        if (bytes.Length < view.HeaderLength)
        {
            error = WireError.Cut(WireLayer.Geneve, view.HeaderLength, bytes.Length);
            return false;
        }

        header = view;
        return true;
    }
}
