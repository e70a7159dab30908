namespace Whydrop.Evidence.Load;

/// <summary>A request of a load tool or prober that failed, or whose answer was later than the median by a retransmission time-out.</summary>
/// <param name="Time">When it began.</param>
/// <param name="Resolution">How exactly the tool says so: ab counts whole seconds.</param>
/// <param name="Latency">Until its answer, or until it was given up.</param>
/// <param name="Status">What the tool prints of its end: an HTTP status, an error; null when nothing.</param>
/// <param name="Failed">It had no answer, or one that says failure.</param>
public sealed record LateRequest(VantagePoint At, Provenance From, Timestamp Time, TimeSpan Resolution, TimeSpan Latency, string? Status, bool Failed) : Fact(At, From)
{
    /// <summary>TCP_RTO_MIN (include/net/tcp.h): what waited for one retransmission is later by that at the least.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);
}
