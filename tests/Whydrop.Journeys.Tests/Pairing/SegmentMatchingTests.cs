using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Tests.Simulation;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Tests.Pairing;

public sealed class SegmentMatchingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Segments_are_matched_whose_look_occurs_once_in_both_trails(bool timestamps)
    {
        var random = new Random(11);
        for (var round = 0; round < 3_000; round++)
        {
            var (sequenceShift, acknowledgmentShift) = random.Next(3) > 0 ? (0u, 0u) : ((uint)random.Next(), (uint)random.Next());
            var sent = Stream(random);
            var seen = Array.ConvertAll(sent, r =>
            {
                r.Sequence += sequenceShift;
                r.Acknowledgment += r.Acknowledgment == 0 ? 0 : acknowledgmentShift;
                return r;
            });
            seen = Changed(random, seen);

            var pairs = SegmentMatching.Match(Trails.Of(sent), Trails.Of(seen), sequenceShift, acknowledgmentShift, timestamps);

            Assert.Equal(Expected(sent, seen, sequenceShift, acknowledgmentShift, timestamps), pairs);
        }
    }

    private static SegmentRecord[] Stream(Random random)
    {
        var records = new SegmentRecord[random.Next(12)];
        // Numbers go round at 2^32.
        var (sequence, acknowledgment) = (uint.MaxValue - (uint)random.Next(300), uint.MaxValue - (uint)random.Next(200));
        for (var i = 0; i < records.Length; i++)
        {
            var length = random.Next(2) * 100;
            records[i] = new SegmentRecord
            {
                Sequence = sequence,
                Acknowledgment = i == 0 && random.Next(2) == 0 ? 0 : acknowledgment,
                Length = length,
                TsVal = (uint)random.Next(3),
                Hash = (ushort)random.Next(2),
                Traits = SegmentTraits.Timestamp | SegmentTraits.Acknowledges,
            };
            sequence += (uint)(random.Next(8) == 0 ? -100 : length);
            acknowledgment += (uint)(random.Next(3) * 50);
        }

        return records;
    }

    private static SegmentRecord[] Changed(Random random, SegmentRecord[] records)
    {
        if (records.Length == 0)
        {
            return records;
        }

        var at = random.Next(records.Length);
        switch (random.Next(5))
        {
            case 0:
                return [.. records[..at], .. records[(at + 1)..]];
            case 1:
                return [.. records[..at], records[at], .. records[at..]];
            case 2:
                records[at].Hash ^= 1;
                return records;
            case 3:
                records[at].TsVal ^= 1;
                return records;
            default:
                return records;
        }
    }

    private static IndexPair[] Expected(SegmentRecord[] sent, SegmentRecord[] seen, uint sequenceShift, uint acknowledgmentShift, bool timestamps)
    {
        var looks = Array.ConvertAll(sent, r => Look(r, sequenceShift, acknowledgmentShift));
        var others = Array.ConvertAll(seen, r => Look(r, 0, 0));
        return [.. looks.Index().Where(l => looks.Count(o => o == l.Item) == 1 && others.Count(o => o == l.Item) == 1).Select(l => new IndexPair(l.Index, Array.IndexOf(others, l.Item)))];

        (uint, uint, bool, int, uint) Look(SegmentRecord r, uint sequence, uint acknowledgment) =>
            (r.Sequence + sequence, r.Acknowledgment == 0 ? 0 : r.Acknowledgment + acknowledgment, r.Length > 0, r.Length > 0 ? -1 : r.Hash, timestamps ? r.TsVal : 0);
    }
}
