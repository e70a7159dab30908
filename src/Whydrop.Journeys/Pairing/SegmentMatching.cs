using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Pairing;

/// <summary>Finds segments that are the same in two trails by what NAT and tunnels leave alone. Only keys that occur once on each side are matched.</summary>
/// <remarks>The length is no part of the key: a GRO super-packet begins like its first segment.</remarks>
internal static class SegmentMatching
{
    /// <summary>Index pairs in the order of <paramref name="a"/>.</summary>
    /// <param name="sequenceShift">Sequence number in b minus sequence number in a.</param>
    /// <param name="acknowledgmentShift">The same for acknowledgment numbers.</param>
    /// <param name="timestamps">Both TSval and TSecr must agree.</param>
    public static IndexPair[] Match(SegmentTrail a, SegmentTrail b, uint sequenceShift, uint acknowledgmentShift, bool timestamps)
    {
        var (keysA, orderA) = Keys(a, sequenceShift, acknowledgmentShift, timestamps);
        var (keysB, orderB) = Keys(b, 0, 0, timestamps);
        var pairs = new List<IndexPair>(Math.Min(keysA.Length, keysB.Length));
        for (int i = 0, j = 0; i < keysA.Length && j < keysB.Length;)
        {
            if (keysA[i] != keysB[j])
            {
                _ = keysA[i] < keysB[j] ? i++ : j++;
                continue;
            }

            var (nextI, nextJ) = (EndOfRun(keysA, i), EndOfRun(keysB, j));
            if (nextI == i + 1 && nextJ == j + 1 && Agree(a[orderA[i]], b[orderB[j]], sequenceShift, acknowledgmentShift, timestamps))
            {
                pairs.Add(new IndexPair(orderA[i], orderB[j]));
            }

            (i, j) = (nextI, nextJ);
        }

        pairs.Sort(static (x, y) => x.A.CompareTo(y.A));
        return [.. pairs];
    }

    /// <summary>Well mixed 64 bits of two words.</summary>
    public static ulong Mix(ulong first, ulong second)
    {
        // The finaliser of SplitMix64 over a multiplicative combination.
        var x = (first * 0x9E3779B97F4A7C15UL) ^ (second * 0xC2B2AE3D27D4EB4FUL);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    private static bool Agree(in SegmentRecord a, in SegmentRecord b, uint sequenceShift, uint acknowledgmentShift, bool timestamps) =>
        a.Sequence + sequenceShift == b.Sequence
        && Shifted(a, acknowledgmentShift) == b.Acknowledgment
        && (a.SequenceLength > 0) == (b.SequenceLength > 0)
        && (!timestamps || (a.TsVal == b.TsVal && a.TsEcr == b.TsEcr));

    private static (ulong[] Keys, int[] Order) Keys(SegmentTrail trail, uint sequenceShift, uint acknowledgmentShift, bool timestamps)
    {
        var records = trail.Records;
        var keys = new ulong[records.Length];
        var order = new int[records.Length];
        for (var i = 0; i < records.Length; i++)
        {
            ref readonly var r = ref records[i];
            var sequences = ((ulong)(r.Sequence + sequenceShift) << 32) | Shifted(r, acknowledgmentShift);
            var times = timestamps ? ((ulong)r.TsVal << 32) | r.TsEcr : 0;
            // Without payload the window tells window updates and duplicate acknowledgments apart.
            keys[i] = Mix(sequences, times) ^ (r.SequenceLength > 0 ? 0 : Mix(r.Hash + 1UL, 1));
            order[i] = i;
        }

        Array.Sort(keys, order);
        return (keys, order);
    }

    private static uint Shifted(in SegmentRecord record, uint shift) => record.Acknowledgment == 0 ? 0 : record.Acknowledgment + shift;

    private static int EndOfRun(ulong[] keys, int start)
    {
        var end = start + 1;
        while (end < keys.Length && keys[end] == keys[start])
        {
            end++;
        }

        return end;
    }
}
