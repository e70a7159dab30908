using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>What one direction of one connection lost, and how long it took, between two neighbouring places it was seen.</summary>
/// <param name="Capture">Capture nearer to the sender (<see cref="CaptureSummary.Capture"/>); <see cref="Fact.At"/> is its vantage point.</param>
/// <param name="Flow">Connection there.</param>
/// <param name="FromClient">Direction of travel, in the words of that connection's <see cref="TcpFlow"/>.</param>
/// <param name="OtherAt">Vantage point nearer to the receiver.</param>
/// <param name="OtherCapture">Capture there.</param>
/// <param name="OtherFlow">Connection there.</param>
/// <param name="SegmentsIn">Transmissions with data seen at the first place (super-packets counted as their segments).</param>
/// <param name="SegmentsOut">Of these, seen at the second.</param>
/// <param name="Lost">Of these, proven to have never reached the second.</param>
/// <param name="Unproven">Neither seen at the second nor proven to be lost before it.</param>
/// <param name="BytesIn">Payload bytes of <paramref name="SegmentsIn"/>.</param>
/// <param name="BytesOut">Payload bytes of <paramref name="SegmentsOut"/>.</param>
/// <param name="BytesLost">Payload bytes of <paramref name="Lost"/>.</param>
/// <param name="DelaySamples">Datagrams whose one-way delay was measured.</param>
/// <param name="MinDelay">Smallest one-way delay after the clock offset is taken off; null when the clocks could not be compared.</param>
/// <param name="MedianDelay">Median of it.</param>
/// <param name="P99Delay">99th percentile of it.</param>
/// <param name="DelayError">Half the uncertainty of the clock offset, which shifts all three alike.</param>
public sealed record HopSummary(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, VantagePoint OtherAt, int OtherCapture, int OtherFlow,
    long SegmentsIn, long SegmentsOut, long Lost, long Unproven, long BytesIn, long BytesOut, long BytesLost, long DelaySamples,
    TimeSpan? MinDelay, TimeSpan? MedianDelay, TimeSpan? P99Delay, TimeSpan? DelayError) : Fact(At, From)
{
    /// <summary>90th percentile of the one-way delay; null as <see cref="MinDelay"/>.</summary>
    public TimeSpan? P90Delay { get; init; }

    /// <summary>Largest one-way delay; null as <see cref="MinDelay"/>.</summary>
    public TimeSpan? MaxDelay { get; init; }

    /// <summary>Median one-way delay of those that came through next in time to one that was lost; null without loss, and as <see cref="MinDelay"/>.</summary>
    public TimeSpan? DelayAtLoss { get; init; }

    /// <summary>Of how many: losses with nothing between them that came through count once.</summary>
    public int LossGaps { get; init; }

    /// <summary>How often each delay was met, from the smallest on, rounded up to one part in 32; for adding up several connections. Empty when the clocks could not be compared.</summary>
    public IReadOnlyList<DelayCount> Delays { get; init; } = [];

    /// <summary>Datagrams that took longer here than the fastest by more than the connection's shortest round trip (and more than a millisecond, by which busy hosts are late).</summary>
    public long Delayed { get; init; }

    /// <summary>Of <see cref="SegmentsOut"/>, those that arrived when the sender had already sent their bytes again.</summary>
    public long Late { get; init; }

    /// <summary>Transmissions seen once at the first place and more than once at the second.</summary>
    public long Duplicated { get; init; }

    /// <summary>Of <see cref="SegmentsIn"/>, those that came by the first place again and again with falling TTL.</summary>
    public long Looped { get; init; }

    /// <summary>Tunnel headers at the first place, as <see cref="TcpFlow.Encapsulation"/>.</summary>
    public string? Encapsulation { get; init; }

    /// <summary>Tunnel headers at the second place.</summary>
    public string? OtherEncapsulation { get; init; }
}
