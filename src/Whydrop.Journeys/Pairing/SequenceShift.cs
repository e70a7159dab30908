using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Pairing;

/// <summary>What a middlebox adds to the sequence numbers of one direction.</summary>
internal static class SequenceShift
{
    /// <summary>Fewer segments than this at a constant distance prove nothing.</summary>
    private const int FewestSegments = 4;

    /// <summary>The distance at which most equal-looking segments lie; null when there is none that nine of ten agree on.</summary>
    public static uint? Between(SegmentTrail a, SegmentTrail b)
    {
        var byLook = new Dictionary<ulong, uint?>();
        foreach (ref readonly var record in b.Records)
        {
            if (Look(record) is { } look)
            {
                // A look met twice is no identity.
                byLook[look] = byLook.ContainsKey(look) ? null : record.Sequence;
            }
        }

        var distances = new Dictionary<uint, int>();
        var seen = 0;
        foreach (ref readonly var record in a.Records)
        {
            if (Look(record) is { } look && byLook.GetValueOrDefault(look) is { } sequence)
            {
                distances[sequence - record.Sequence] = distances.GetValueOrDefault(sequence - record.Sequence) + 1;
                seen++;
            }
        }

        if (seen == 0)
        {
            return null;
        }

        var (distance, count) = distances.MaxBy(static d => d.Value);
        return count >= FewestSegments && count * 10 >= seen * 9 ? distance : null;
    }

    /// <summary>The distance of the acknowledgment numbers that answer it, for a direction without data.</summary>
    public static uint? OfAcknowledgments(SegmentTrail a, SegmentTrail b, uint sequenceShift)
    {
        var byKey = new Dictionary<(uint, uint, uint), uint>();
        foreach (ref readonly var record in b.Records)
        {
            _ = byKey.TryAdd((record.Sequence, record.TsVal, record.TsEcr), record.Acknowledgment);
        }

        var distances = new Dictionary<uint, int>();
        foreach (ref readonly var record in a.Records)
        {
            if (record.Acknowledgment != 0 && byKey.TryGetValue((record.Sequence + sequenceShift, record.TsVal, record.TsEcr), out var acknowledgment))
            {
                var distance = acknowledgment - record.Acknowledgment;
                distances[distance] = distances.GetValueOrDefault(distance) + 1;
            }
        }

        return distances.Count == 0 ? null : distances.MaxBy(static d => d.Value).Key;
    }

    private static ulong? Look(in SegmentRecord record) =>
        record.Length == 0 ? null
        : record.Has(SegmentTraits.Timestamp) ? SegmentMatching.Mix(((ulong)record.TsVal << 32) | record.TsEcr, ((ulong)record.Hash << 32) | (uint)record.Length)
        : record.IpId != 0 ? SegmentMatching.Mix(record.IpId, ((ulong)record.Hash << 32) | (uint)record.Length)
        : null;
}
