namespace Whydrop.Capture;

/// <summary>Walks the options at the end of a pcapng block (draft-ietf-opsawg-pcapng, 3.5).</summary>
internal ref struct PcapngOptions(ReadOnlySpan<byte> options, ByteOrder order)
{
    private const int HeaderLength = 4;
    private const int EndOfOptions = 0;

    private readonly ReadOnlySpan<byte> _options = options;
    private int _next;

    public int Code { get; private set; }

    /// <summary>Where the value starts in the options.</summary>
    public int ValueOffset { get; private set; }

    public int ValueLength { get; private set; }

    /// <summary>An option reaches over the end of its block.</summary>
    public bool Broken { get; private set; }

    public readonly ReadOnlySpan<byte> Value => _options.Slice(ValueOffset, ValueLength);

    public readonly uint UInt32 => order.U32(Value);

    public readonly ulong UInt64 => order.U64(Value);

    public readonly ulong Ticks => order.Ticks(Value);

    /// <summary>Goes to the next option; false at opt_endofopt, at the end, or at a broken one.</summary>
    public bool Next()
    {
        int left = _options.Length - _next;
        if (left < HeaderLength)
        {
            Broken = left > 0;
            return false;
        }

        ReadOnlySpan<byte> header = _options[_next..];
        Code = order.U16(header);
        ValueLength = order.U16(header[2..]);
        ValueOffset = _next + HeaderLength;
        if (Code == EndOfOptions)
        {
            return false;
        }

        if (ValueLength > left - HeaderLength)
        {
            Broken = true;
            return false;
        }

        _next = Math.Min(ValueOffset + ((ValueLength + 3) & ~3), _options.Length);
        return true;
    }
}
