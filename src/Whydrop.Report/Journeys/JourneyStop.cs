using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>A place on the way of connections: a capture point, and the tunnel they wear there.</summary>
/// <param name="Order">Its place among all stops, from 0.</param>
/// <param name="Name">What it is called; no other stop of the report is called so.</param>
/// <param name="At">Vantage point.</param>
/// <param name="Source">Capture file.</param>
/// <param name="Tunnel">Kind of tunnel around the connections there; null when plain.</param>
/// <param name="Path">Number of the path it is on, from 0: stops of different paths share no connection.</param>
/// <param name="Connections">Connections recognised there and elsewhere.</param>
/// <param name="Clock">Its clock against that of the first stop; null when it could not be compared.</param>
/// <param name="Example">One connection as it is seen there, the same at all stops it passes; null where nothing was seen.</param>
/// <param name="ExampleNumber">Which connection that is: stops with the same number show the same one.</param>
public sealed record JourneyStop(
    int Order, string Name, VantagePoint At, string Source, string? Tunnel, int Path, int Connections, ClockComparison? Clock,
    TcpFlow? Example, int ExampleNumber);
