using System.Buffers.Binary;

namespace Whydrop.Wire.Views;

/// <summary>
/// The datagram an ICMP error quotes: its IP header and as much of what follows as the sender included (RFC 792: at least 8 bytes).
/// Its length fields speak of the whole datagram, not of the quote. After <see cref="TryParse"/> succeeds no accessor throws.
/// </summary>
public readonly ref struct QuotedDatagram
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    private readonly ReadOnlySpan<byte> bytes;
    private readonly int fragmentOffset;

    private QuotedDatagram(Ipv4Header header, ReadOnlySpan<byte> bytes)
    {
        this.bytes = bytes;
        IpVersion = 4;
        Protocol = header.Protocol;
        TimeToLive = header.TimeToLive;
        DontFragment = header.DontFragment;
        MoreFragments = header.MoreFragments;
        fragmentOffset = header.FragmentOffset;
        Identification = header.Identification;
        TotalLength = header.TotalLength;
        Source = header.Source;
        Destination = header.Destination;
        Transport = fragmentOffset != 0 ? [] : bytes[Math.Min(header.HeaderLength, bytes.Length)..];
    }

    private QuotedDatagram(Ipv6Header header, ReadOnlySpan<byte> bytes)
    {
        this.bytes = bytes;
        IpVersion = 6;
        TimeToLive = header.HopLimit;
        DontFragment = true;
        TotalLength = header.PayloadLength == 0 ? 0 : Ipv6Header.HeaderLength + header.PayloadLength;
        Source = header.Source;
        Destination = header.Destination;
        var extensions = header.Extensions;
        while (extensions.MoveNext())
        {
            if (extensions.Current.Kind == Ipv6Extension.Fragment)
            {
                fragmentOffset = extensions.Current.FragmentOffset;
                MoreFragments = extensions.Current.MoreFragments;
                Identification = extensions.Current.Identification;
            }
        }

        Protocol = extensions.NextHeader;
        Transport = extensions.IsCut || extensions.IsLaterFragment ? [] : extensions.Rest;
    }

    /// <summary>4 or 6.</summary>
    public byte IpVersion { get; }

    /// <summary>Upper-layer protocol (IPPROTO_ number), after the extension headers quoted.</summary>
    public byte Protocol { get; }

    /// <summary>TTL or hop limit when the error was raised.</summary>
    public byte TimeToLive { get; }

    /// <summary>DF flag; always set for IPv6.</summary>
    public bool DontFragment { get; }

    /// <summary>More-fragments flag.</summary>
    public bool MoreFragments { get; }

    /// <summary>Fragment offset in bytes.</summary>
    public int FragmentOffset => fragmentOffset;

    /// <summary>IP Identification; for IPv6 that of the fragment header, else 0.</summary>
    public uint Identification { get; }

    /// <summary>Bytes of the whole datagram, IP header included; 0 when its length field is zero.</summary>
    public int TotalLength { get; }

    /// <summary>Source address, 4 or 16 bytes.</summary>
    public ReadOnlySpan<byte> Source { get; }

    /// <summary>Destination address, 4 or 16 bytes.</summary>
    public ReadOnlySpan<byte> Destination { get; }

    /// <summary>Quoted bytes from the transport header on; empty for a later fragment or when the quote ends before.</summary>
    public ReadOnlySpan<byte> Transport { get; }

    /// <summary>All quoted bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Whether both ports of a TCP or UDP datagram were quoted.</summary>
    public bool HasPorts => Protocol is Tcp or Udp && Transport.Length >= 4;

    /// <summary>Source port; 0 without <see cref="HasPorts"/>.</summary>
    public ushort SourcePort => HasPorts ? BinaryPrimitives.ReadUInt16BigEndian(Transport) : (ushort)0;

    /// <summary>Destination port; 0 without <see cref="HasPorts"/>.</summary>
    public ushort DestinationPort => HasPorts ? BinaryPrimitives.ReadUInt16BigEndian(Transport[2..]) : (ushort)0;

    /// <summary>TCP sequence number of the quoted segment; null when it is not TCP or was not quoted.</summary>
    public uint? Sequence => Protocol == Tcp && Transport.Length >= 8 ? BinaryPrimitives.ReadUInt32BigEndian(Transport[4..]) : null;

    /// <summary>Reads the quoted IP header.</summary>
    /// <param name="bytes">From the quoted version field on.</param>
    /// <param name="datagram">The view.</param>
    /// <param name="error">Why not, when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out QuotedDatagram datagram, out WireError error)
    {
        datagram = default;
        if (!bytes.IsEmpty && bytes[0] >> 4 == 6)
        {
            if (!Ipv6Header.TryParse(bytes, out var six, out error))
            {
                return false;
            }

            datagram = new QuotedDatagram(six, bytes);
            return true;
        }

        if (!Ipv4Header.TryParse(bytes, out var four, out error))
        {
            return false;
        }

        datagram = new QuotedDatagram(four, bytes);
        return true;
    }
}
