using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>Counts of one hop in one direction.</summary>
internal sealed class HopTally
{
    private long segmentsIn;
    private long bytesIn;
    private long lost;
    private long bytesLost;
    private long unproven;
    private long bytesUnproven;
    private readonly List<int> losses = [];

    /// <summary>Arrived after the hop when they had been sent again.</summary>
    public long Late { get; set; }

    /// <summary>Came out of the hop more than once.</summary>
    public long Duplicated { get; set; }

    /// <summary>Went round in a loop.</summary>
    public long Looped { get; set; }

    /// <summary>A transmission was seen before the hop.</summary>
    /// <param name="sender">What Tcp knows of its sender there.</param>
    public void Enter(TcpSender sender, in SegmentRecord record)
    {
        if (record.Length > 0)
        {
            segmentsIn += record.Segments(sender.LargestDatagram);
            bytesIn += record.Length;
        }
    }

    /// <summary>A segment was not seen after the hop and should have been.</summary>
    /// <param name="index">The record that it is of.</param>
    public void Lose(int index, long length, bool proven)
    {
        if (!proven)
        {
            Unrecorded(length);
            return;
        }

        lost++;
        bytesLost += length;
        if (losses.Count == 0 || losses[^1] < index)
        {
            losses.Add(index);
        }
    }

    /// <summary>Bytes were not recorded after the hop, and nothing says that they were lost on it.</summary>
    public void Unrecorded(long length)
    {
        unproven++;
        bytesUnproven += length;
    }

    /// <summary>The fact.</summary>
    /// <param name="match">The two places compared, seen from the one before the hop.</param>
    /// <param name="fromClient">Direction in the words of that place.</param>
    public HopSummary Summary(PairMatch match, bool fromClient, ClockTable clocks)
    {
        var delays = new HopDelays(new HopView(match, match.A, fromClient), clocks);
        delays.Sort();
        var (atLoss, gaps) = LossNeighbours.Delays(match, fromClient, losses, clocks);
        var error = clocks.Error(match.A.Source, match.B.Source);
        var (flow, other) = (match.A.Flow, match.B.Flow);
        return new HopSummary(
            flow.At, new Provenance(flow.From.Source), flow.Capture, flow.Flow, fromClient, other.At, other.Capture, other.Flow,
            segmentsIn, segmentsIn - lost - unproven, lost, unproven, bytesIn, bytesIn - bytesLost - bytesUnproven, bytesLost, delays.Count,
            delays.Least, delays.At(0.5), delays.At(0.99), delays.Count > 0 && error is { } e ? TimeSpan.FromTicks(e / 100) : null)
        {
            P90Delay = delays.At(0.9),
            MaxDelay = delays.Most,
            DelayAtLoss = atLoss,
            LossGaps = gaps,
            Delays = delays.Counts(),
            Delayed = delays.Delayed(),
            Late = Late,
            Duplicated = Duplicated,
            Looped = Looped,
            Encapsulation = flow.Encapsulation,
            OtherEncapsulation = other.Encapsulation,
        };
    }
}
