using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Pairing;

/// <summary>Finds sightings that share segments, without knowing addresses, clocks or the start of the connection.</summary>
internal static class ContentIndex
{
    /// <summary>Keys held at a time: 16 bytes each. Beyond it a sample by key is taken, the same in every trail.</summary>
    private const long MostKeys = 2_000_000;

    /// <summary>A key met in more trails than this is no identity (generated traffic with fixed numbers).</summary>
    private const int MostSharing = 16;

    /// <summary>Pairs of trails that share segments, each with how many.</summary>
    /// <param name="sightings">All that may belong together.</param>
    /// <param name="shifted">Look for rewritten sequence numbers: by timestamps, else IP Identification, and payload.</param>
    public static Dictionary<Candidate, int> Candidates(IReadOnlyList<Sighting> sightings, bool shifted)
    {
        var total = sightings.Sum(s => (long)s.Count);
        var sample = (ulong)((total / MostKeys) + 1);
        var keys = new List<ulong>();
        var trails = new List<int>();
        for (var n = 0; n < sightings.Count; n++)
        {
            Add(sightings[n].FromClient, n << 1);
            Add(sightings[n].FromServer, (n << 1) | 1);
        }

        return Vote(keys.ToArray(), trails.ToArray());

        void Add(SegmentTrail trail, int id)
        {
            foreach (ref readonly var record in trail.Records)
            {
                if (record.Length > 0 && KeyOf(record, shifted) is { } key && key % sample == 0)
                {
                    keys.Add(key);
                    trails.Add(id);
                }
            }
        }
    }

    private static ulong? KeyOf(in SegmentRecord record, bool shifted)
    {
        if (!shifted)
        {
            return SegmentMatching.Mix(record.Sequence, record.Acknowledgment);
        }

        var content = ((ulong)record.Hash << 32) | (uint)record.Length;
        return record.Has(SegmentTraits.Timestamp) ? SegmentMatching.Mix(((ulong)record.TsVal << 32) | record.TsEcr, content)
            : record.IpId != 0 ? SegmentMatching.Mix(record.IpId, content)
            : null;
    }

    private static Dictionary<Candidate, int> Vote(ulong[] keys, int[] trails)
    {
        Array.Sort(keys, trails);
        var votes = new Dictionary<Candidate, int>();
        var distinct = new List<int>();
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            if (end > start + 1)
            {
                distinct.Clear();
                distinct.AddRange(trails.AsSpan(start, end - start).ToArray().Distinct().Order());
                CountPairs(distinct, votes);
            }

            start = end;
        }

        return votes;
    }

    private static void CountPairs(List<int> trails, Dictionary<Candidate, int> votes)
    {
        for (var i = 0; i < trails.Count && trails.Count <= MostSharing; i++)
        {
            for (var j = i + 1; j < trails.Count; j++)
            {
                if (trails[i] >> 1 == trails[j] >> 1)
                {
                    continue;
                }

                var candidate = new Candidate(trails[i] >> 1, trails[j] >> 1, ((trails[i] ^ trails[j]) & 1) != 0);
                votes[candidate] = votes.GetValueOrDefault(candidate) + 1;
            }
        }
    }

    /// <summary>Two sightings that share segments.</summary>
    /// <param name="First">Index of one.</param>
    /// <param name="Second">Index of the other, larger.</param>
    /// <param name="Swapped">What the client sent in one, the server sent in the other.</param>
    internal readonly record struct Candidate(int First, int Second, bool Swapped);
}
