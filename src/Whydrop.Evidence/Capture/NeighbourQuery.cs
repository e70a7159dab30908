using System.Net;

namespace Whydrop.Evidence.Capture;

/// <summary>Who asked for the link-layer address of whom (ARP, RFC 826; neighbour discovery, RFC 4861), and who answered, in one capture.</summary>
/// <param name="Capture">The capture (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Asker">Protocol address of the asker.</param>
/// <param name="Target">Address asked for.</param>
/// <param name="Asked">Requests seen.</param>
/// <param name="Answered">Answers seen.</param>
/// <param name="Macs">Distinct link-layer addresses that claimed the target (answers and gratuitous announcements), in order of appearance.</param>
/// <param name="First">First of these frames.</param>
/// <param name="Last">Last of these frames.</param>
public sealed record NeighbourQuery(
    VantagePoint At, Provenance From, int Capture, IPAddress Asker, IPAddress Target, long Asked, long Answered, IReadOnlyList<string> Macs,
    Timestamp First, Timestamp Last) : Fact(At, From)
{
    /// <summary>How often the address that claimed the target was another than the one before: 1 when it moved, 2 and more when it goes back and forth.</summary>
    public int Changes { get; init; }
}
