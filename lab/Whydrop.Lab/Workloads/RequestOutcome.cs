using System.Net.Sockets;

namespace Whydrop.Lab.Workloads;

/// <summary>How one request went.</summary>
/// <param name="At">When it began.</param>
/// <param name="Took">Until its answer was complete, or until it failed.</param>
/// <param name="Connected">Part of it that connecting took; zero on a connection that was open.</param>
/// <param name="Error">Why it failed: <see cref="SocketError.WouldBlock"/> when patience ended, <see cref="SocketError.Shutdown"/> when the server closed; null when it was answered.</param>
/// <param name="Failure">The same as the application would log it.</param>
public sealed record RequestOutcome(DateTimeOffset At, TimeSpan Took, TimeSpan Connected, SocketError? Error, string? Failure);
