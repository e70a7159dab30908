using System.Net;
using System.Runtime.InteropServices;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

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
    public static Addressing Of(TcpFlow flow, bool fromClient) => Of(flow.Capture, flow.Encapsulation, flow.Client, flow.Server, fromClient);

    /// <summary>The same without the fact.</summary>
    public static Addressing Of(Sighting sighting, in FlowEnds ends, bool fromClient) => Of(sighting.Capture, sighting.Encapsulation, ends.Client, ends.Server, fromClient);

    /// <summary>Kinds of the tunnel headers from the outside in; empty when plain.</summary>
    public static string TunnelOf(Sighting sighting) => Layers(sighting.Encapsulation).Tunnel;

    private static Addressing Of(int capture, string? encapsulation, IPEndPoint client, IPEndPoint server, bool fromClient)
    {
        var (tunnel, outerSource, outerDestination) = Layers(encapsulation);
        return fromClient
            ? new Addressing(capture, true, tunnel, client, server, outerSource, outerDestination)
            : new Addressing(capture, false, tunnel, server, client, outerDestination, outerSource);
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
