namespace Whydrop.Evidence.Load;

/// <summary>Requests that began in one part of a load test.</summary>
/// <param name="Start">Begin of the interval.</param>
/// <param name="Length">Its length.</param>
/// <param name="Requests">Requests that began in it.</param>
/// <param name="Late">Of these, late or failed.</param>
/// <param name="Median">Latency of the median.</param>
/// <param name="Percentile99">Latency that 99 of 100 did not exceed.</param>
/// <param name="Longest">Largest latency.</param>
public sealed record LoadInterval(Timestamp Start, TimeSpan Length, long Requests, long Late, TimeSpan Median, TimeSpan Percentile99, TimeSpan Longest);
