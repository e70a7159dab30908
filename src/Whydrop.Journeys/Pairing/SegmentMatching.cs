using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Pairing;

/// <summary>Finds segments that are the same in two trails by what NAT and tunnels leave alone. Only keys that occur once on each side are matched.</summary>
/// <remarks>The length is no part of the key: a GRO super-packet begins like its first segment.</remarks>
internal static class SegmentMatching
{
    // Every pair of sightings needs them once, and most are small: they are used again.
    [ThreadStatic]
    private static KeyTable? sharedTable;

    [ThreadStatic]
    private static int[]? sharedSlots;

    [ThreadStatic]
    private static IndexPair[]? sharedPairs;

    /// <summary>The first segment of one trail with the first of the other, and so on, by how many; not to be changed.</summary>
    [ThreadStatic]
    private static IndexPair[][]? sharedLines;

    /// <summary>Index pairs in the order of <paramref name="a"/>.</summary>
    /// <param name="sequenceShift">Sequence number in b minus sequence number in a.</param>
    /// <param name="acknowledgmentShift">The same for acknowledgment numbers.</param>
    /// <param name="timestamps">Both TSval and TSecr must agree.</param>
    public static IndexPair[] Match(SegmentTrail a, SegmentTrail b, uint sequenceShift, uint acknowledgmentShift, bool timestamps)
    {
        if (a.Count == 0 || b.Count == 0)
        {
            return [];
        }

        if (a.Count == b.Count && AreInLine(a.Records, b.Records, sequenceShift, acknowledgmentShift, timestamps))
        {
            return InLine(a.Count);
        }

        var table = sharedTable ??= new KeyTable();
        table.Clear(b.Count);
        var recordsB = b.Records;
        for (var j = 0; j < recordsB.Length; j++)
        {
            table.AddSecond(KeyOf(recordsB[j], 0, 0, timestamps), j);
        }

        var recordsA = a.Records;
        var slots = Room(ref sharedSlots, recordsA.Length);
        for (var i = 0; i < recordsA.Length; i++)
        {
            slots[i] = table.MeetFirst(KeyOf(recordsA[i], sequenceShift, acknowledgmentShift, timestamps));
        }

        var pairs = Room(ref sharedPairs, recordsA.Length);
        var count = 0;
        for (var i = 0; i < recordsA.Length; i++)
        {
            if (slots[i] >= 0 && table.UniqueSecond(slots[i]) is var j and >= 0
                && Agree(recordsA[i], recordsB[j], sequenceShift, acknowledgmentShift, timestamps))
            {
                pairs[count++] = new IndexPair(i, j);
            }
        }

        return pairs.AsSpan(0, count).ToArray();
    }

    /// <summary>
    /// Both trails are the same, one by one, and no key occurs twice: sequence and acknowledgment numbers only rise, and where both stay one of the two segments has
    /// data and the other has none.
    /// </summary>
    private static bool AreInLine(ReadOnlySpan<SegmentRecord> a, ReadOnlySpan<SegmentRecord> b, uint sequenceShift, uint acknowledgmentShift, bool timestamps)
    {
        var stayed = false;
        var (sequences, acknowledgments) = (0L, 0L);
        for (var i = 0; i < a.Length; i++)
        {
            ref readonly var x = ref a[i];
            if (!Agree(x, b[i], sequenceShift, acknowledgmentShift, timestamps) || (x.SequenceLength == 0 && x.Hash != b[i].Hash))
            {
                return false;
            }

            if (i == 0)
            {
                continue;
            }

            ref readonly var last = ref a[i - 1];
            var sequence = (int)(x.Sequence - last.Sequence);
            var acknowledgment = last.Acknowledgment == 0 ? 1 : (int)(x.Acknowledgment - last.Acknowledgment);
            var stays = sequence == 0 && acknowledgment == 0;
            if (sequence < 0 || acknowledgment < 0 || x.Acknowledgment == 0 || (stays && (stayed || x.SequenceLength > 0 == last.SequenceLength > 0)))
            {
                return false;
            }

            stayed = stays;
            sequences += sequence;
            acknowledgments += acknowledgment;
        }

        // Numbers that went all the way round would be met again.
        return sequences < uint.MaxValue && acknowledgments < uint.MaxValue;
    }

    private static IndexPair[] InLine(int count)
    {
        const int Kept = 512;
        if (count >= Kept)
        {
            return Line(count);
        }

        sharedLines ??= new IndexPair[Kept][];
        return sharedLines[count] ??= Line(count);
    }

    private static IndexPair[] Line(int count)
    {
        var pairs = new IndexPair[count];
        for (var i = 0; i < count; i++)
        {
            pairs[i] = new IndexPair(i, i);
        }

        return pairs;
    }

    private static T[] Room<T>(ref T[]? shared, int count) =>
        shared is { } room && room.Length >= count ? room : shared = new T[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, count))];

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

    private static ulong KeyOf(in SegmentRecord r, uint sequenceShift, uint acknowledgmentShift, bool timestamps)
    {
        var sequences = ((ulong)(r.Sequence + sequenceShift) << 32) | Shifted(r, acknowledgmentShift);
        var times = timestamps ? ((ulong)r.TsVal << 32) | r.TsEcr : 0;
        // Without payload the window tells window updates and duplicate acknowledgments apart.
        return Mix(sequences, times + (r.SequenceLength > 0 ? 0 : (r.Hash + 1UL) << 20));
    }

    private static uint Shifted(in SegmentRecord record, uint shift) => record.Acknowledgment == 0 ? 0 : record.Acknowledgment + shift;
}
