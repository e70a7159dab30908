using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds the silences of every connection, each once.</summary>
internal static class Stalls
{
    internal static IReadOnlyList<Stall> Find(CaseView view)
    {
        var pauses = view.Facts.Of<Pause>().GroupBy(p => new FlowKey(p.Capture, p.Flow)).ToDictionary(g => g.Key, g => g.OrderBy(p => p.Start).ToArray());
        var found = new List<Stall>();
        foreach (var trail in view.Trails.Where(t => t.Flows.Count > 0))
        {
            // What the client waits for is told best near the client, what the server waits for near the server.
            var near = Of(view, trail, pauses, trail.Flows[0]);
            var far = trail.Flows.Count == 1 ? near : Of(view, trail, pauses, trail.Flows[^1]);
            found.AddRange(near.Where(s => !ServerWaits(s.For)));
            found.AddRange(far.Where(s => ServerWaits(s.For)));
        }

        return found;
    }

    private static bool ServerWaits(WaitsFor what) => what is WaitsFor.ClientAcknowledgment or WaitsFor.ClientWindow or WaitsFor.ClientApplication;

    private static Stall[] Of(CaseView view, ConnectionTrail trail, Dictionary<FlowKey, Pause[]> pauses, TcpFlow flow)
    {
        var key = new FlowKey(flow.Capture, flow.Flow);
        if (!pauses.TryGetValue(key, out var of))
        {
            return [];
        }

        var asNamed = view.Connections.FromClient(key, trail.ToServer);
        return [.. of.Select(p => new Stall(trail.ToServer, p, Classify(p, asNamed)))];
    }

    /// <summary>Whom the pause waits for; <paramref name="asNamed"/> is false where the capture takes the server for the client.</summary>
    private static WaitsFor Classify(Pause p, bool asNamed)
    {
        var (client, server) = asNamed ? (p.ClientOutstanding, p.ServerOutstanding) : (p.ServerOutstanding, p.ClientOutstanding);
        var (clientWindow, serverWindow) = asNamed ? (p.ClientWindow, p.ServerWindow) : (p.ServerWindow, p.ClientWindow);
        var clientSpoke = p.DataFromClient == asNamed;
        var clientEnded = p.EndedFromClient == asNamed;
        return p.EndedBy switch
        {
            PauseEnd.Handshake => WaitsFor.Handshake,
            _ when clientSpoke && serverWindow == 0 => WaitsFor.ServerWindow,
            _ when !clientSpoke && clientWindow == 0 => WaitsFor.ClientWindow,
            _ when client > 0 => WaitsFor.ServerAcknowledgment,
            _ when server > 0 => WaitsFor.ClientAcknowledgment,
            PauseEnd.NewData => clientEnded ? WaitsFor.ClientApplication : WaitsFor.ServerApplication,
            _ => clientSpoke ? WaitsFor.ServerApplication : WaitsFor.ClientApplication,
        };
    }
}
