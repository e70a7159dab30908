using Whydrop.Evidence.Capture;

namespace Whydrop.Journeys;

/// <summary>Bytes whose journeys are asked for one by one, whatever became of them.</summary>
/// <param name="Wanted">Connections: one place that shows it so is enough.</param>
/// <param name="Begin">Relative sequence number of the first byte; 1 is the first of the stream.</param>
/// <param name="End">The last byte.</param>
public sealed record TracedRange(Func<TcpFlow, bool> Wanted, long Begin, long End)
{
    /// <summary>Sightings told at most.</summary>
    public const int MostSightings = 10_000;
}
