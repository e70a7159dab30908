namespace Whydrop.Tcp;

/// <summary>Limits of the details that are kept. Totals are exact whatever the limits.</summary>
public sealed record TcpAnalysisOptions
{
    /// <summary>Most fates of single transmissions kept per file; default 100 000.</summary>
    public int MostSegmentFates { get; init; } = 100_000;

    /// <summary>Most connections without anything unusual that become facts, per file; default 10 000. Unusual ones always do.</summary>
    public int MostCleanFlows { get; init; } = 10_000;

    /// <summary>Most segments that open or end a connection kept per file; default 200 000.</summary>
    public int MostControlSegments { get; init; } = 200_000;

    /// <summary>Most pauses kept per file while it is read; default 100 000, and a quarter more for those that last to its end. Times without window have as much room of their own.</summary>
    public int MostPauses { get; init; } = 100_000;

    /// <summary>Most ICMP errors kept per file; default 10 000.</summary>
    public int MostIcmpErrors { get; init; } = 10_000;

    /// <summary>Whether the times of applications are taken (<see cref="Evidence.Capture.ExchangeTiming"/>); default true.</summary>
    public bool TimesApplications { get; init; } = true;

    /// <summary>Room for <see cref="TcpAnalysis.Segments"/>; null, which is the default, when none are to be recorded.</summary>
    public SegmentAllowance? Recording { get; init; }
}
