using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Wire;

namespace Whydrop.Journeys.Collecting;

/// <summary>The tunnels that cannot be seen into, by capture point.</summary>
internal sealed class EncryptedTraffic
{
    /// <summary>More at one capture point say nothing more, and addresses may be forged.</summary>
    private const int MostTunnels = 256;

    private readonly Dictionary<int, Dictionary<(string Kind, IPAddress Low, IPAddress High), EncryptedTunnel>> tunnels = [];

    /// <summary>Takes a frame that holds no TCP segment; what can be read is left alone.</summary>
    public void Take(CaptureSummary point, in PacketHeaders headers, ReadOnlySpan<byte> bytes, long time, long frame)
    {
        if (EncryptedFrame.Kind(headers, bytes) is not { } kind || headers.SourceAddress(bytes) is not { } near || headers.DestinationAddress(bytes) is not { } far)
        {
            return;
        }

        var known = tunnels.TryGetValue(point.Capture, out var here) ? here : tunnels[point.Capture] = [];
        var low = near.GetAddressBytes().AsSpan().SequenceCompareTo(far.GetAddressBytes()) <= 0;
        var key = (kind, low ? near : far, low ? far : near);
        var at = new Timestamp(time);
        if (known.TryGetValue(key, out var tunnel))
        {
            known[key] = tunnel with { Frames = tunnel.Frames + 1, Last = at > tunnel.Last ? at : tunnel.Last };
        }
        else if (known.Count < MostTunnels)
        {
            known[key] = new EncryptedTunnel(point.At, new Provenance(point.From.Source, Frame: frame), point.Capture, kind, near, far, 1, at, at);
        }
    }

    /// <summary>All of them.</summary>
    public IEnumerable<EncryptedTunnel> All => tunnels.OrderBy(t => t.Key).SelectMany(t => t.Value.Values.OrderBy(v => v.From.Frame));

    /// <summary>One that was in use at a capture point in a time there, and its words; null when there was none.</summary>
    public string? Within(int capture, long from, long to) =>
        tunnels.GetValueOrDefault(capture)?.Values.FirstOrDefault(t => t.First.UnixNanoseconds <= to && t.Last.UnixNanoseconds >= from) is { } tunnel ? Words(tunnel) : null;

    /// <summary>One that may have been in use while a connection was seen elsewhere; without a comparison of the clocks, any.</summary>
    /// <param name="offset">Clock of the capture point minus that of the sighting.</param>
    public string? During(Sighting sighting, int capture, long? offset) => offset is { } o
        ? Within(capture, sighting.Flow.First.UnixNanoseconds + o, sighting.Flow.Last.UnixNanoseconds + o)
        : Within(capture, long.MinValue, long.MaxValue);

    /// <summary>"ESP between a and b".</summary>
    public static string Words(EncryptedTunnel tunnel) => $"{tunnel.Kind} between {tunnel.Near} and {tunnel.Far}";
}
