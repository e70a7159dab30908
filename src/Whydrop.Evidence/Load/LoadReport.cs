namespace Whydrop.Evidence.Load;

/// <summary>What a load tool or a prober says of all its requests.</summary>
/// <param name="Tool">"ab", "ab -g", "wrk", "fortio", "csv".</param>
/// <param name="First">When the first request began; null when the tool does not say.</param>
/// <param name="Last">When the last request began; null when the tool does not say.</param>
/// <param name="Requests">Requests made.</param>
/// <param name="Failed">Of these, without an answer or with an answer that says failure; null when the tool does not say.</param>
/// <param name="Late">Of these, failed, or later than the median by a retransmission time-out; null where only percentiles are told.</param>
/// <param name="Percentiles">Latency by percentile, 50 for the median, as the tool prints them or as its samples give them.</param>
/// <param name="Intervals">The same over time; empty when the tool does not date its samples.</param>
public sealed record LoadReport(
    VantagePoint At, Provenance From, string Tool, Timestamp? First, Timestamp? Last, long Requests, long? Failed, long? Late,
    IReadOnlyDictionary<double, TimeSpan> Percentiles, IReadOnlyList<LoadInterval> Intervals) : Fact(At, From);
