namespace Whydrop.Diagnosis.View;

/// <summary>One direction of one connection, wherever it was captured.</summary>
/// <param name="Connection">Number of the connection in <see cref="Connections"/>.</param>
internal readonly record struct DirectionKey(int Connection, bool FromClient);
