namespace Whydrop.Journeys.Placement;

/// <summary>Sorting of what is in order but for retransmissions.</summary>
internal static class NearlySorted
{
    /// <summary>Moves per element after which the order is taken to be no order at all.</summary>
    private const int MostMovesEach = 16;

    /// <summary>Sorts the keys ascending, equal ones in their first order as long as there are few to move, and the values with them.</summary>
    public static void Sort(long[] keys, int[] values)
    {
        var budget = (long)keys.Length * MostMovesEach;
        for (var i = 1; i < keys.Length; i++)
        {
            var (key, value) = (keys[i], values[i]);
            var j = i;
            for (; j > 0 && keys[j - 1] > key; j--, budget--)
            {
                (keys[j], values[j]) = (keys[j - 1], values[j - 1]);
            }

            (keys[j], values[j]) = (key, value);
            if (budget < 0)
            {
                Array.Sort(keys, values);
                return;
            }
        }
    }
}
