using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Facts;

namespace Whydrop.Tcp.Artefacts;

/// <summary>A datagram in a loop of routers, kept for its <see cref="RoutingLoop"/>.</summary>
internal sealed class LoopRow
{
    public required int Point { get; init; }

    /// <summary>Its connection; −1 when it is no TCP.</summary>
    public int Flow { get; init; } = -1;

    public required AddressNumber Source { get; init; }

    public required AddressNumber Destination { get; init; }

    public required byte Protocol { get; init; }

    public int? IpId { get; init; }

    /// <summary>Of a TCP segment.</summary>
    public uint Sequence { get; init; }

    public int Length { get; init; }

    public bool FromHigh { get; init; }

    public LoopTrack Track { get; set; }
}
