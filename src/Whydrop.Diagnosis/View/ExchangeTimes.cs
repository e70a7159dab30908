using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>How long the exchanges of one connection took, seen near the client and near the server: what the server takes and what the way takes.</summary>
/// <param name="NearClient">At the sighting nearest to the client.</param>
/// <param name="NearServer">At the sighting nearest to the server; the same when there is one sighting only.</param>
internal sealed record ExchangeTimes(int Connection, ExchangeTiming NearClient, ExchangeTiming NearServer)
{
    internal bool BothEnds => NearClient.Capture != NearServer.Capture;

    /// <summary>What the way adds to a median answer; null with one sighting.</summary>
    internal TimeSpan? OnTheWay => BothEnds ? NearClient.MedianAnswer - NearServer.MedianAnswer : null;
}
