using System.Runtime.CompilerServices;

namespace Whydrop.Tcp.Talk;

/// <summary>
/// The median of a series in a fixed room: exact up to <see cref="Room"/> values, of more a uniform sample of that size (Vitter's algorithm R),
/// whose median is within a tenth of the true rank in two cases of three. Chance is a function of the count: the same capture, the same median.
/// </summary>
internal struct Sample
{
    /// <summary>Values kept.</summary>
    public const int Room = 31;

    /// <summary>Values ever seen.</summary>
    public uint Count;
    private Values values;

    /// <summary>Adds a time in nanoseconds; kept in microseconds, up to 71 minutes.</summary>
    public void Add(long nanoseconds)
    {
        var value = (uint)Math.Clamp(nanoseconds / 1000, 0, uint.MaxValue);
        if (Count < Room)
        {
            values[(int)Count] = value;
        }
        else
        {
            var mixed = (Count + 1UL) * 0x9E3779B97F4A7C15UL;
            mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9UL;
            var place = (uint)((mixed >> 32) % (Count + 1UL));
            if (place < Room)
            {
                values[(int)place] = value;
            }
        }

        Count = Count == uint.MaxValue ? Count : Count + 1;
    }

    /// <summary>The lower median; null without a value.</summary>
    public readonly TimeSpan? Median()
    {
        var kept = (int)Math.Min(Count, Room);
        if (kept == 0)
        {
            return null;
        }

        Span<uint> sorted = stackalloc uint[Room];
        for (var i = 0; i < kept; i++)
        {
            sorted[i] = values[i];
        }

        sorted = sorted[..kept];
        sorted.Sort();
        return TimeSpan.FromMicroseconds(sorted[(kept - 1) / 2]);
    }

    [InlineArray(Room)]
    private struct Values
    {
        private uint first;
    }
}
