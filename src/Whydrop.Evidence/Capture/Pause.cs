namespace Whydrop.Evidence.Capture;

/// <summary>A time in which nothing of a connection passed, longer than its round trip and timers of an undisturbed exchange explain: who spoke last, what was open, who broke the silence.</summary>
/// <param name="Capture">The capture (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">Connection in that capture.</param>
/// <param name="Start">When the last packet before it passed.</param>
/// <param name="Duration">How long it lasted.</param>
/// <param name="LastFromClient">Who spoke last.</param>
/// <param name="LastLength">Payload bytes of that last packet; 0 for a pure acknowledgment.</param>
/// <param name="DataFromClient">Who sent data last.</param>
/// <param name="ClientOutstanding">Bytes of the client not acknowledged, when it began.</param>
/// <param name="ServerOutstanding">Bytes of the server not acknowledged, when it began.</param>
/// <param name="ClientWindow">Window the client offered, bytes; null when its scale is not known.</param>
/// <param name="ServerWindow">Window the server offered, bytes; null when its scale is not known.</param>
/// <param name="EndedFromClient">Who broke the silence; meaningless at <see cref="PauseEnd.EndOfCapture"/>.</param>
/// <param name="EndedBy">How.</param>
/// <param name="EndFrame">Frame that ended it; null at the end of the capture.</param>
/// <remarks><see cref="Fact.From"/> names the last frame before it.</remarks>
public sealed record Pause(
    VantagePoint At, Provenance From, int Capture, int Flow, Timestamp Start, TimeSpan Duration, bool LastFromClient, int LastLength,
    bool DataFromClient, long ClientOutstanding, long ServerOutstanding, long? ClientWindow, long? ServerWindow, bool EndedFromClient,
    PauseEnd EndedBy, Provenance? EndFrame) : Fact(At, From);
