using Whydrop.Evidence.Capture;

namespace Whydrop.Report.Flows;

/// <summary>One connection of a listing.</summary>
/// <param name="Flow">The connection.</param>
/// <param name="LostByClient">Transmissions of the client that were lost.</param>
/// <param name="LostByServer">Transmissions of the server that were lost.</param>
public readonly record struct FlowRow(TcpFlow Flow, long LostByClient, long LostByServer);
