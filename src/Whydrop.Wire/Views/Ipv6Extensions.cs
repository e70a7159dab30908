namespace Whydrop.Wire.Views;

/// <summary>Walks IPv6 extension headers (RFC 8200, 4); afterwards it stands at the upper layer.</summary>
public ref struct Ipv6Extensions
{
    private const byte AuthenticationHeader = 51;

    private ReadOnlySpan<byte> rest;
    private int offset;

    internal Ipv6Extensions(byte nextHeader, ReadOnlySpan<byte> payload)
    {
        NextHeader = nextHeader;
        rest = payload;
    }

    /// <summary>The header at hand.</summary>
    public Ipv6Extension Current { get; private set; }

    /// <summary>Protocol number of what follows the headers walked so far: after the walk, the upper layer.</summary>
    public byte NextHeader { get; private set; }

    /// <summary>Bytes from the end of the IPv6 header to what follows.</summary>
    public readonly int Offset => offset;

    /// <summary>Captured bytes of what follows.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    /// <summary>The walk stopped because the bytes end within an extension header.</summary>
    public bool IsCut { get; private set; }

    /// <summary>What follows belongs to the middle of a datagram: a fragment header with an offset was passed.</summary>
    public bool IsLaterFragment { get; private set; }

    /// <summary>Itself, for foreach. The copy walks; use <see cref="MoveNext"/> when the end matters.</summary>
    public readonly Ipv6Extensions GetEnumerator() => this;

    /// <summary>Goes to the next extension header.</summary>
    public bool MoveNext()
    {
        if (IsLaterFragment || IsCut || NextHeader is not (0 or Ipv6Extension.Routing or Ipv6Extension.Fragment or AuthenticationHeader or 60 or 135 or 139 or 140))
        {
            return false;
        }

        var length = rest.Length < 8 ? 8
            : NextHeader == Ipv6Extension.Fragment ? 8
            : NextHeader == AuthenticationHeader ? (rest[1] + 2) * 4
            : (rest[1] + 1) * 8;
        if (rest.Length < length || length < 8)
        {
            IsCut = true;
            return false;
        }

        Current = new Ipv6Extension(NextHeader, rest[..length]);
        NextHeader = Current.NextHeader;
        IsLaterFragment = Current.FragmentOffset != 0;
        rest = rest[length..];
        offset += length;
        return true;
    }
}
