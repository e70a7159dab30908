using Whydrop.Evidence.Capture;

namespace Whydrop.Case;

/// <summary>One connection of a listing.</summary>
/// <param name="Flow">The connection.</param>
/// <param name="LostByClient">Transmissions of the client that were lost.</param>
/// <param name="LostByServer">Transmissions of the server that were lost.</param>
public readonly record struct ListedFlow(TcpFlow Flow, long LostByClient, long LostByServer);
