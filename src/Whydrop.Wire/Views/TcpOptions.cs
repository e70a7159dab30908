namespace Whydrop.Wire.Views;

/// <summary>Walks TCP options without padding; use in foreach, or <see cref="MoveNext"/> when the end matters.</summary>
public ref struct TcpOptions
{
    private ReadOnlySpan<byte> rest;
    private int restOnWire;

    internal TcpOptions(ReadOnlySpan<byte> captured, int lengthOnWire)
    {
        rest = captured;
        restOnWire = lengthOnWire;
    }

    /// <summary>The option at hand.</summary>
    public TcpOption Current { get; private set; }

    /// <summary>Why the walk stopped early; default when it came to the end of the list.</summary>
    public WireError Error { get; private set; }

    /// <summary>Itself, for foreach.</summary>
    public readonly TcpOptions GetEnumerator() => this;

    /// <summary>Options of a decoded segment.</summary>
    /// <param name="headers">Decoded with status TCP; anything else gives no options.</param>
    /// <param name="frame">The bytes it was decoded from.</param>
    public static TcpOptions Of(in PacketHeaders headers, ReadOnlySpan<byte> frame)
    {
        var start = headers.TransportOffset + TcpHeader.FixedLength;
        if (headers.Status != DecodeStatus.Tcp || start > frame.Length)
        {
            return default;
        }

        return new TcpOptions(frame.Slice(start, Math.Min(headers.TcpOptionsLength, frame.Length - start)), headers.TcpOptionsLength);
    }

    /// <summary>Goes to the next option.</summary>
    public bool MoveNext()
    {
        while (!rest.IsEmpty && rest[0] == (byte)TcpOptionKind.NoOperation)
        {
            Skip(1);
        }

        if (restOnWire == 0 || (!rest.IsEmpty && rest[0] == (byte)TcpOptionKind.EndOfOptionList))
        {
            return false;
        }

        var length = rest.Length < 2 ? 2 : rest[1];
        if (length < 2 || length > restOnWire)
        {
            Error = WireError.Field(WireLayer.TcpOptions, Math.Max(length, (byte)2), length < 2 ? length : restOnWire);
            return false;
        }

        if (length > rest.Length)
        {
            Error = WireError.Cut(WireLayer.TcpOptions, length, rest.Length);
            return false;
        }

        Current = new TcpOption((TcpOptionKind)rest[0], rest[2..length]);
        Skip(length);
        return true;
    }

    private void Skip(int count)
    {
        rest = rest[count..];
        restOnWire -= count;
    }
}
