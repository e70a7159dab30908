namespace Whydrop.Evidence.Capture;

/// <summary>What became of the datagrams of one direction of one flow, by IP length: the base of every size test. Present for flows with a loss or a repeated segment.</summary>
/// <param name="Sizes">One entry per IP datagram length on the wire, ascending. Super-packets are counted as their segments.</param>
public sealed record DatagramSizes(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, IReadOnlyList<SizeCount> Sizes) : Fact(At, From);
