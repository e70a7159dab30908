namespace Whydrop.Capture;

/// <summary>Time stamps of one pcapng interface (if_tsresol and if_tsoffset) turned into nanoseconds since the Unix epoch.</summary>
internal readonly struct TimestampResolution
{
    private readonly bool _binary;
    private readonly int _exponent;
    private readonly ulong _scale;

    // Below it a time is its ticks times the scale, without overflow; 0 when it never is.
    private readonly ulong _plainBelow;
    private readonly long _offsetSeconds;

    /// <param name="resolution">if_tsresol: the negative power of 10 or, with the highest bit set, of 2.</param>
    /// <param name="offsetSeconds">if_tsoffset.</param>
    public TimestampResolution(byte resolution, long offsetSeconds)
    {
        _binary = (resolution & 0x80) != 0;
        _exponent = resolution & 0x7F;
        _scale = _binary ? 0 : PowerOfTen(Math.Abs(9 - _exponent));
        _offsetSeconds = offsetSeconds;
        _plainBelow = !_binary && _exponent <= 9 && offsetSeconds == 0 ? long.MaxValue / _scale : 0;
    }

    /// <summary>Microseconds, the default of the format.</summary>
    public static TimestampResolution Microseconds => new(6, 0);

    /// <summary>The step in nanoseconds; 1 when it is finer.</summary>
    public double StepNanoseconds => Math.Max(1, 1e9 / Math.Pow(_binary ? 2 : 10, _exponent));

    /// <summary>Times outside the years 1677 to 2262 become the nearest end of that range.</summary>
    public long ToUnixNanoseconds(ulong ticks)
    {
        // The common case needs no wide arithmetic.
        if (ticks < _plainBelow)
        {
            return (long)(ticks * _scale);
        }

        UInt128 nanoseconds = _binary ? ((UInt128)ticks * 1_000_000_000) >> _exponent
            : _exponent <= 9 ? (UInt128)ticks * _scale
            : _scale == 0 ? 0 : ticks / _scale;
        return (long)Int128.Clamp((Int128)nanoseconds + ((Int128)_offsetSeconds * 1_000_000_000), long.MinValue, long.MaxValue);
    }

    /// <summary>0 when the power is over 64 bits.</summary>
    private static ulong PowerOfTen(int exponent)
    {
        if (exponent > 19)
        {
            return 0;
        }

        ulong power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
