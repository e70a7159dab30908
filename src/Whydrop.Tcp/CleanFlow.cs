using System.Runtime.InteropServices;

namespace Whydrop.Tcp;

/// <summary>What it takes to recognise and to time a connection without anything unusual at other places.</summary>
/// <param name="Flow">Number of the connection.</param>
/// <param name="Point">Index of its <see cref="CapturePoint"/>.</param>
/// <param name="FirstFrame">Number of its first frame.</param>
/// <param name="FirstFromClient">Who sent that.</param>
/// <param name="Frames">Frames in both directions, without copies.</param>
/// <param name="Client">Initial sequence number of the client; null when its SYN was not seen.</param>
/// <param name="Server">The same of the server.</param>
/// <param name="LargestFromClient">Largest IP datagram of the client on the wire in bytes.</param>
/// <param name="LargestFromServer">The same of the server.</param>
/// <param name="RoundTrip">Shortest way from here to the server and back, and to the client and back; zero where not seen.</param>
/// <param name="Encapsulation">Tunnel headers, as <see cref="FlowReport.Encapsulation"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CleanFlow(
    int Flow, int Point, long FirstFrame, bool FirstFromClient, long Frames, uint? Client, uint? Server, int LargestFromClient, int LargestFromServer, TimeSpan RoundTrip, string? Encapsulation);
