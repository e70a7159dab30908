using System.Net;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>A connection along its way: every capture that saw it, the nearest to the client first.</summary>
/// <param name="ToServer">Its direction from the client.</param>
/// <param name="Flows">Its sightings; empty when only other facts speak of it.</param>
internal sealed record ConnectionTrail(DirectionKey ToServer, IReadOnlyList<TcpFlow> Flows)
{
    internal int Connection => ToServer.Connection;

    internal DirectionKey ToClient => ToServer with { FromClient = !ToServer.FromClient };

    /// <summary>The client as the sighting nearest to it names it.</summary>
    internal IPEndPoint Client => Flows[0].Client;

    /// <summary>The server as the client names it.</summary>
    internal IPEndPoint Server => Flows[0].Server;

    /// <summary>The client as the sighting nearest to the server names it.</summary>
    internal IPEndPoint ClientThere => Flows[^1].Client;

    /// <summary>The server as the sighting nearest to it names it.</summary>
    internal IPEndPoint ServerThere => Flows[^1].Server;

    /// <summary>All connections of a case by their number.</summary>
    internal static IReadOnlyList<ConnectionTrail> All(CaseView view)
    {
        var trails = new List<ConnectionTrail>(view.Connections.Count);
        for (var connection = 0; connection < view.Connections.Count; connection++)
        {
            var sightings = view.Connections.Sightings(connection);

            // Who sent the SYN is the client; where no capture saw one, the first sighting has to say.
            var opened = sightings.FirstOrDefault(k => view.Flow(k)?.FromClient.InitialSequence is not null, sightings[0]);
            var toServer = view.Connections.Direction(opened, true);
            trails.Add(new ConnectionTrail(toServer, [.. view.Connections.FromSender(toServer).Select(view.Flow).OfType<TcpFlow>()
                .Select(f => view.Connections.FromClient(new FlowKey(f.Capture, f.Flow), toServer) ? f : Turned(f))]));
        }

        return trails;
    }

    // A capture that began in the middle may have taken the server for the client.
    private static TcpFlow Turned(TcpFlow f) => f with { Client = f.Server, Server = f.Client, FromClient = f.FromServer, FromServer = f.FromClient };
}
