using System.Net;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Paths;

/// <summary>The connections of one capture by what a middlebox leaves alone of a connection.</summary>
internal sealed class LookAlikes
{
    private readonly ILookup<uint, Sighting> byOpening;
    private readonly ILookup<IPEndPoint, Sighting> byClient;
    private readonly Dictionary<int, Sighting[]> byService;

    /// <summary>Of a service, the end of the latest of those up to each.</summary>
    private readonly Dictionary<int, long[]> ends = [];

    /// <summary>Sorts.</summary>
    /// <param name="sightings">All that were seen there.</param>
    public LookAlikes(Sighting[] sightings)
    {
        Count = sightings.Length;
        byOpening = sightings.Where(s => s.Initial(true) is not null).ToLookup(s => s.Initial(true)!.Value);
        byClient = sightings.ToLookup(s => s.Flow.Client);
        byService = sightings.GroupBy(s => s.Flow.Server.Port).ToDictionary(g => g.Key, g => g.OrderBy(s => s.Flow.First).ToArray());
        foreach (var (port, ordered) in byService)
        {
            var latest = long.MinValue;
            ends[port] = Array.ConvertAll(ordered, s => latest = Math.Max(latest, s.Flow.Last.UnixNanoseconds));
        }
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Those with the opening of one at any time, and those with its client or to its service at a time. One may come twice.</summary>
    public IEnumerable<Sighting> Of(TcpFlow flow, long begin, long end)
    {
        var opened = flow.FromClient.InitialSequence is { } initial ? byOpening[initial] : [];
        return opened.Concat(byClient[flow.Client].Where(s => s.Flow.First.UnixNanoseconds <= end && s.Flow.Last.UnixNanoseconds >= begin)).Concat(Service(flow.Server.Port, begin, end));
    }

    private IEnumerable<Sighting> Service(int port, long begin, long end)
    {
        if (!byService.TryGetValue(port, out var ordered))
        {
            yield break;
        }

        // From the last that had begun back to where all before had ended.
        var (low, high) = (0, ordered.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ordered[middle].Flow.First.UnixNanoseconds <= end ? (middle + 1, high) : (low, middle);
        }

        for (var i = low - 1; i >= 0 && ends[port][i] >= begin; i--)
        {
            if (ordered[i].Flow.Last.UnixNanoseconds >= begin)
            {
                yield return ordered[i];
            }
        }
    }
}
