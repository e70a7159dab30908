using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>What the connections that passed a hop lost there and how long they took, added up one after the other.</summary>
internal sealed class HopTotal
{
    private readonly Dictionary<long, int> delays = [];
    private HopSummary? timed;
    private int timedHops;
    private TimeSpan least = TimeSpan.MaxValue;
    private TimeSpan most = TimeSpan.MinValue;
    private TimeSpan? error;

    public HashSet<int> Connections { get; } = [];

    /// <summary>Further ones, that are not told one by one.</summary>
    public int Together { get; private set; }

    public int Hops { get; private set; }

    public long SegmentsIn { get; private set; }

    public long SegmentsOut { get; private set; }

    public long Lost { get; private set; }

    public long Unproven { get; private set; }

    public long BytesIn { get; private set; }

    public long BytesOut { get; private set; }

    public long BytesLost { get; private set; }

    public long Delayed { get; private set; }

    public long Late { get; private set; }

    public long Duplicated { get; private set; }

    public long Looped { get; private set; }

    /// <summary>One-way delays; of several connections, percentiles are exact to one part in 32. Null when none was measured.</summary>
    public HopDelaySummary? Delay => timed is null ? null
        : timedHops == 1 && timed is { MedianDelay: { } p50, P90Delay: { } p90, P99Delay: { } p99 } ? new HopDelaySummary(timed.DelaySamples, least, p50, p90, p99, most, error)
        : HopDelaySummary.Of(delays, least, most, error);

    /// <summary>Adds one direction of one connection.</summary>
    public void Add(HopSummary hop, int connection)
    {
        Connections.Add(connection);
        AddUp(hop, 1);
    }

    /// <summary>Adds one direction of connections that are told together.</summary>
    public void AddTogether(HopSummary hop, int connections)
    {
        Together += connections;
        AddUp(hop, connections);
    }

    private void AddUp(HopSummary hop, int connections)
    {
        Hops += connections;
        SegmentsIn += hop.SegmentsIn;
        SegmentsOut += hop.SegmentsOut;
        Lost += hop.Lost;
        Unproven += hop.Unproven;
        BytesIn += hop.BytesIn;
        BytesOut += hop.BytesOut;
        BytesLost += hop.BytesLost;
        Delayed += hop.Delayed;
        Late += hop.Late;
        Duplicated += hop.Duplicated;
        Looped += hop.Looped;
        if (hop is { DelaySamples: > 0, MinDelay: { } shortest, MaxDelay: { } longest })
        {
            timed = hop;
            timedHops += connections;
            (least, most) = (shortest < least ? shortest : least, longest > most ? longest : most);
            error = error is null || hop.DelayError > error ? hop.DelayError : error;
            for (var i = 0; i < hop.Delays.Count; i++)
            {
                var (delay, count) = hop.Delays[i];
                delays[delay.Ticks] = delays.GetValueOrDefault(delay.Ticks) + count;
            }
        }
    }
}
