using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>IPv4 header (RFC 791). After <see cref="TryParse"/> succeeds no accessor throws; options may be cut by the capture.</summary>
public readonly ref struct Ipv4Header
{
    /// <summary>Bytes of the header without options.</summary>
    public const int FixedLength = 20;

    private readonly ReadOnlySpan<byte> bytes;

    private Ipv4Header(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Bytes of the header with options, 20 to 60.</summary>
    public int HeaderLength => (bytes[0] & 15) * 4;

    /// <summary>TOS byte: DSCP and ECN.</summary>
    public byte TrafficClass => bytes[1];

    /// <summary>Length field: header and payload in bytes; 0 on a sender that leaves segmentation to the hardware.</summary>
    public ushort TotalLength => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Identification.</summary>
    public ushort Identification => BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);

    /// <summary>DF flag.</summary>
    public bool DontFragment => (bytes[6] & 0x40) != 0;

    /// <summary>MF flag.</summary>
    public bool MoreFragments => (bytes[6] & 0x20) != 0;

    /// <summary>Fragment offset in bytes.</summary>
    public int FragmentOffset => (BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & 0x1fff) * 8;

    /// <summary>Time to live.</summary>
    public byte TimeToLive => bytes[8];

    /// <summary>Upper-layer protocol (IPPROTO_ number).</summary>
    public byte Protocol => bytes[9];

    /// <summary>Header checksum field.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]);

    /// <summary>Source address, 4 bytes.</summary>
    public ReadOnlySpan<byte> Source => bytes.Slice(12, 4);

    /// <summary>Destination address, 4 bytes.</summary>
    public ReadOnlySpan<byte> Destination => bytes.Slice(16, 4);

    /// <summary>Captured part of the options area.</summary>
    public ReadOnlySpan<byte> OptionBytes => bytes[FixedLength..Math.Min(HeaderLength, bytes.Length)];

    /// <summary>The options one by one.</summary>
    public Ipv4Options Options => new(OptionBytes);

    /// <summary>Whether the checksum is right; null when the capture cut the header.</summary>
    public bool? ChecksumIsValid => bytes.Length < HeaderLength ? null : InternetChecksum.Compute(bytes[..HeaderLength]) == 0;

    /// <summary>Payload bytes on the wire by the length field; -1 when that field is zero.</summary>
    public int PayloadLength => TotalLength == 0 ? -1 : TotalLength - HeaderLength;

    /// <summary>Captured bytes behind the header, without link padding.</summary>
    public ReadOnlySpan<byte> Payload
    {
        get
        {
            var end = TotalLength == 0 ? bytes.Length : Math.Min((int)TotalLength, bytes.Length);
            return HeaderLength < end ? bytes[HeaderLength..end] : [];
        }
    }

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">From the version field on.</param>
    /// <param name="header">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Ipv4Header header, out WireError error)
    {
        header = default;
        error = default;
        if (bytes.Length < FixedLength)
        {
            error = WireError.Cut(WireLayer.Ipv4, FixedLength, bytes.Length);
            return false;
        }

        if (bytes[0] >> 4 != 4)
        {
            error = WireError.OtherKind(WireLayer.Ipv4, 4, bytes[0] >> 4);
            return false;
        }

        var view = new Ipv4Header(bytes);
        var shortage = view.HeaderLength < FixedLength ? (FixedLength, view.HeaderLength)
            : view.TotalLength != 0 && view.TotalLength < view.HeaderLength ? (view.HeaderLength, view.TotalLength)
            : (0, 0);
        if (shortage.Item1 != 0)
        {
            error = WireError.Field(WireLayer.Ipv4, shortage.Item1, shortage.Item2);
            return false;
        }

        header = view;
        return true;
    }
}
