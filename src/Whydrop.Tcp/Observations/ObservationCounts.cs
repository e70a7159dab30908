using System.Runtime.CompilerServices;

namespace Whydrop.Tcp.Observations;

/// <summary>How often each <see cref="Observation"/> was made.</summary>
[InlineArray(Length)]
internal struct ObservationCounts
{
    public const int Length = (int)Observation.DuplicateSack + 1;

    private static readonly string[] Names = Enum.GetNames<Observation>();

    private uint first;

    /// <summary>Nothing was observed.</summary>
    public readonly bool IsZero
    {
        get
        {
            foreach (var count in this)
            {
                if (count != 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The counts with Wireshark's names, without zeros.</summary>
    public readonly Dictionary<string, long> ToDictionary()
    {
        var named = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < Length; i++)
        {
            if (this[i] != 0)
            {
                named[Names[i]] = this[i];
            }
        }

        return named;
    }

    /// <summary>Counts every observation of a mask (bit n is observation n).</summary>
    public void Count(uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            this[System.Numerics.BitOperations.TrailingZeroCount(mask)]++;
        }
    }
}
