using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Journeys.Collecting;

/// <summary>The tunnels that cannot be seen into, by capture point.</summary>
/// <param name="facts">What the captures told.</param>
internal sealed class EncryptedTraffic(FactSet facts)
{
    private readonly ILookup<int, EncryptedTunnel> tunnels = facts.Of<EncryptedTunnel>().ToLookup(t => t.Capture);

    /// <summary>All of them.</summary>
    public IReadOnlyList<EncryptedTunnel> All { get; } = [.. facts.Of<EncryptedTunnel>().OrderBy(t => t.Capture).ThenBy(t => t.From.Frame)];

    /// <summary>One that was in use at a capture point in a time there, and its words; null when there was none.</summary>
    public string? Within(int capture, long from, long to) =>
        tunnels[capture].FirstOrDefault(t => t.First.UnixNanoseconds <= to && t.Last.UnixNanoseconds >= from) is { } tunnel ? Words(tunnel) : null;

    /// <summary>One that may have been in use while a connection was seen elsewhere; without a comparison of the clocks, any.</summary>
    /// <param name="offset">Clock of the capture point minus that of the sighting.</param>
    public string? During(Sighting sighting, int capture, long? offset) => offset is { } o
        ? Within(capture, sighting.Flow.First.UnixNanoseconds + o, sighting.Flow.Last.UnixNanoseconds + o)
        : Within(capture, long.MinValue, long.MaxValue);

    /// <summary>"ESP between a and b".</summary>
    public static string Words(EncryptedTunnel tunnel) => $"{tunnel.Kind} between {tunnel.Near} and {tunnel.Far}";
}
