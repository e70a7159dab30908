using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>What two neighbouring stops did in one direction, over all connections.</summary>
/// <param name="From">Stop nearer to the sender; null before the first one.</param>
/// <param name="To">Stop nearer to the receiver; null beyond the last one.</param>
/// <param name="Path">Number of the path.</param>
/// <param name="Forward">In the order in which the stops of the path are listed.</param>
/// <param name="Neighbours">No other capture recognised its traffic between the two; else the loss is known to be between them, but not where.</param>
public sealed record JourneyHop(JourneyStop? From, JourneyStop? To, int Path, bool Forward, bool Neighbours)
{
    /// <summary>Connections counted.</summary>
    public int Connections { get; init; }

    /// <summary>Segments with data seen at the first stop.</summary>
    public long SegmentsIn { get; init; }

    /// <summary>Of these, seen at the second or further on.</summary>
    public long SegmentsOut { get; init; }

    /// <summary>Of <see cref="SegmentsIn"/>, proven not to have reached the second.</summary>
    public long Lost { get; init; }

    /// <summary>Of <see cref="SegmentsIn"/>, neither seen there nor proven lost.</summary>
    public long Unknown { get; init; }

    /// <summary>Payload bytes of <see cref="SegmentsIn"/>.</summary>
    public long BytesIn { get; init; }

    /// <summary>Payload bytes of <see cref="SegmentsOut"/>.</summary>
    public long BytesOut { get; init; }

    /// <summary>Payload bytes of <see cref="Lost"/>.</summary>
    public long BytesLost { get; init; }

    /// <summary>As <see cref="HopSummary.Delayed"/>.</summary>
    public long Delayed { get; init; }

    /// <summary>As <see cref="HopSummary.Late"/>.</summary>
    public long Late { get; init; }

    /// <summary>As <see cref="HopSummary.Duplicated"/>.</summary>
    public long Duplicated { get; init; }

    /// <summary>As <see cref="HopSummary.Looped"/>.</summary>
    public long Looped { get; init; }

    /// <summary>SYN, FIN and RST that are proven not to have reached the second stop.</summary>
    public long ControlLost { get; init; }

    /// <summary>SYN, FIN and RST not seen there, without proof.</summary>
    public long ControlUnknown { get; init; }

    /// <summary>One-way delay; null when it was not measured.</summary>
    public HopDelaySummary? Delay { get; init; }
}
