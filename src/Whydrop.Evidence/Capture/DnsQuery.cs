using System.Net;

namespace Whydrop.Evidence.Capture;

/// <summary>A question to a name server over UDP and what came of it, in one capture (RFC 1035).</summary>
/// <param name="Capture">The capture (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Client">Who asked.</param>
/// <param name="Server">Who was asked.</param>
/// <param name="Name">Name asked for.</param>
/// <param name="RecordType">Type asked for: 1 A, 28 AAAA, …</param>
/// <param name="Attempts">How often it was asked with this identifier and port.</param>
/// <param name="Asked">First attempt.</param>
/// <param name="Answer">First attempt to the answer; null without one.</param>
/// <param name="ResponseCode">0 no error, 2 server failure, 3 no such name, …; null without answer.</param>
/// <param name="Truncated">TC set in the answer.</param>
public sealed record DnsQuery(
    VantagePoint At, Provenance From, int Capture, IPEndPoint Client, IPEndPoint Server, string Name, int RecordType, int Attempts,
    Timestamp Asked, TimeSpan? Answer, int? ResponseCode, bool Truncated) : Fact(At, From)
{
    /// <summary>Since the same question, with this identifier and port, was first asked and had its answer here; null when it is the first.</summary>
    public TimeSpan? AfterAnswered { get; init; }
}
