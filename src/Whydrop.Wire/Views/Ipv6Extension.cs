using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>One complete IPv6 extension header.</summary>
public readonly ref struct Ipv6Extension
{
    /// <summary>Protocol number of the fragment header.</summary>
    public const byte Fragment = 44;

    /// <summary>Protocol number of the routing header.</summary>
    public const byte Routing = 43;

    internal Ipv6Extension(byte kind, ReadOnlySpan<byte> bytes)
    {
        Kind = kind;
        Bytes = bytes;
    }

    /// <summary>Its protocol number: 0 hop-by-hop, 43 routing, 44 fragment, 51 authentication, 60 destination options, 135 mobility.</summary>
    public byte Kind { get; }

    /// <summary>All its bytes, at least 8.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Protocol number of what follows.</summary>
    public byte NextHeader => Bytes.IsEmpty ? (byte)0 : Bytes[0];

    /// <summary>Fragment offset in bytes; 0 for another kind.</summary>
    public int FragmentOffset => Kind == Fragment ? BinaryPrimitives.ReadUInt16BigEndian(Bytes[2..]) & 0xfff8 : 0;

    /// <summary>M flag of a fragment header.</summary>
    public bool MoreFragments => Kind == Fragment && (Bytes[3] & 1) != 0;

    /// <summary>Identification of a fragment header; 0 for another kind.</summary>
    public uint Identification => Kind == Fragment ? BinaryPrimitives.ReadUInt32BigEndian(Bytes[4..]) : 0;

    /// <summary>Segments left of a routing header; 0 for another kind.</summary>
    public byte SegmentsLeft => Kind == Routing ? Bytes[3] : (byte)0;
}
