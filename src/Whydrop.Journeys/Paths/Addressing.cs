using System.Net;
using System.Runtime.InteropServices;
using Whydrop.Evidence.Capture;

namespace Whydrop.Journeys.Paths;

/// <summary>From where to where the packets of one direction of a connection are addressed in one capture.</summary>
/// <param name="ToServer">The destination is the server.</param>
/// <param name="Tunnel">Kinds of the tunnel headers from the outside in; empty when plain.</param>
/// <param name="Source">Innermost source.</param>
/// <param name="Destination">Innermost destination.</param>
/// <param name="OuterSource">Source of the outermost header when there is a tunnel.</param>
/// <param name="OuterDestination">Destination of it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Addressing(
    int Capture, bool ToServer, string Tunnel, IPEndPoint Source, IPEndPoint Destination, IPAddress? OuterSource, IPAddress? OuterDestination)
{
    /// <summary>Reads it from the fact.</summary>
    public static Addressing Of(TcpFlow flow, bool fromClient)
    {
        var (tunnel, outerSource, outerDestination) = Layers(flow.Encapsulation);
        return fromClient
            ? new Addressing(flow.Capture, true, tunnel, flow.Client, flow.Server, outerSource, outerDestination)
            : new Addressing(flow.Capture, false, tunnel, flow.Server, flow.Client, outerDestination, outerSource);
    }

    /// <summary>Takes apart "vxlan 42 10.0.0.1>10.0.0.2 …", which is written for the packets of the client.</summary>
    private static (string Tunnel, IPAddress? Source, IPAddress? Destination) Layers(string? encapsulation)
    {
        if (encapsulation is null)
        {
            return ("", null, null);
        }

        var words = encapsulation.Split(' ');
        var tunnel = string.Join(' ', words.Where(w => w.Length > 0 && !w.Contains('>', StringComparison.Ordinal) && !w.All(char.IsAsciiDigit)));
        var ends = Array.Find(words, w => w.Contains('>', StringComparison.Ordinal))?.Split('>');
        return ends is [var from, var to] && IPAddress.TryParse(from, out var source) && IPAddress.TryParse(to, out var destination)
            ? (tunnel, source, destination)
            : (tunnel, null, null);
    }
}
