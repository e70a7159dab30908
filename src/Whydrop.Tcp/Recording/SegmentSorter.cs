namespace Whydrop.Tcp.Recording;

/// <summary>Sorts the places of a block by the directions of their segments, keeping their order within each (radix, least digit first).</summary>
internal sealed class SegmentSorter
{
    /// <summary>Connections of one block mostly opened one after the other: one digit tells them apart.</summary>
    private const int DigitBits = 16;
    private const int Digits = 1 << DigitBits;
    private readonly int[] starts = new int[Digits];
    private ushort[] order = [];
    private ushort[] next = [];

    /// <summary>The places in their order. Valid until the next call.</summary>
    /// <param name="directions">No more than 65 536.</param>
    public ReadOnlySpan<ushort> Sort(ReadOnlySpan<uint> directions)
    {
        if (order.Length < directions.Length)
        {
            (order, next) = (new ushort[directions.Length], new ushort[directions.Length]);
        }

        var (least, most) = (uint.MaxValue, 0u);
        for (var i = 0; i < directions.Length; i++)
        {
            order[i] = (ushort)i;
            (least, most) = (Math.Min(least, directions[i]), Math.Max(most, directions[i]));
        }

        for (var shift = 0; shift < 32 && (most - least) >> shift != 0 && directions.Length > 0; shift += DigitBits)
        {
            var digits = (int)Math.Min(Digits, ((most - least) >> shift) + 1);
            Array.Clear(starts, 0, digits);
            foreach (var direction in directions)
            {
                starts[((direction - least) >> shift) & (Digits - 1)]++;
            }

            var sum = 0;
            for (var digit = 0; digit < digits; digit++)
            {
                (starts[digit], sum) = (sum, sum + starts[digit]);
            }

            for (var i = 0; i < directions.Length; i++)
            {
                next[starts[((directions[order[i]] - least) >> shift) & (Digits - 1)]++] = order[i];
            }

            (order, next) = (next, order);
        }

        return order.AsSpan(0, directions.Length);
    }
}
