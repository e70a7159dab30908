namespace Whydrop.Evidence.Capture;

/// <summary>How long the two applications of a connection took, as one capture saw it. An exchange is: data of one end, then data of the other.</summary>
/// <param name="Capture">The capture (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">Connection in that capture.</param>
/// <param name="Exchanges">Answers of the server to data of the client.</param>
/// <param name="MedianAnswer">Last request byte to first answer byte passing here: median; null without an exchange.</param>
/// <param name="MaxAnswer">Largest of it.</param>
/// <param name="MaxAnswerFrame">First frame of that answer.</param>
/// <param name="MedianAck">Data of the client to its acknowledgment by the server's stack: median; null when not seen.</param>
/// <param name="MedianRequest">End of an answer to the next request: how long the client took, median.</param>
/// <param name="MaxRequest">Largest of it.</param>
/// <param name="SmallWaits">Times a sender with a small segment unacknowledged sent the next only when that was acknowledged (Nagle, RFC 1122 4.2.3.4), both directions.</param>
/// <param name="SmallWaitMedian">How long those waits lasted, median.</param>
/// <remarks>Retransmissions, probes and waiting for lost bytes are not counted as time of an application.</remarks>
public sealed record ExchangeTiming(
    VantagePoint At, Provenance From, int Capture, int Flow, long Exchanges, TimeSpan? MedianAnswer, TimeSpan? MaxAnswer, long? MaxAnswerFrame,
    TimeSpan? MedianAck, TimeSpan? MedianRequest, TimeSpan? MaxRequest, long SmallWaits, TimeSpan? SmallWaitMedian) : Fact(At, From);
