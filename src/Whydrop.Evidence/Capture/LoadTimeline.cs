namespace Whydrop.Evidence.Capture;

/// <summary>Load, loss and delay over time of one direction through a capture, in bins of equal width; for tests of rate and queue.</summary>
/// <param name="FromClient">Direction of travel, over all flows with a loss.</param>
/// <param name="Start">Start of the first bin.</param>
/// <param name="BinWidth">Width of a bin.</param>
/// <param name="Bins">The bins, without holes.</param>
public sealed record LoadTimeline(
    VantagePoint At, Provenance From, int Capture, bool FromClient, Timestamp Start, TimeSpan BinWidth, IReadOnlyList<LoadBin> Bins) : Fact(At, From);
