using Whydrop.Evidence.Capture;

namespace Whydrop.Journeys.Collecting;

/// <summary>One connection as one capture point saw it, with the segments recorded there.</summary>
/// <param name="number">Index among all sightings of the case.</param>
/// <param name="flow">The fact it belongs to.</param>
/// <param name="source">Index of the capture file: sightings of one file share a clock.</param>
internal sealed class Sighting(int number, TcpFlow flow, int source)
{
    /// <summary>Index among all sightings of the case.</summary>
    public int Number { get; } = number;

    /// <summary>The connection there.</summary>
    public TcpFlow Flow { get; } = flow;

    /// <summary>Index of the capture file.</summary>
    public int Source { get; } = source;

    /// <summary>What the client sent.</summary>
    public SegmentTrail FromClient { get; private set; }

    /// <summary>What the server sent.</summary>
    public SegmentTrail FromServer { get; private set; }

    /// <summary>Its capture says of some transmission more than that it simply went by.</summary>
    public bool HasFates { get; init; }

    /// <summary>The memory limit ended the recording before the capture ended: nothing can be said to be absent.</summary>
    public bool CutShort { get; set; }

    /// <summary>Both initial sequence numbers are known.</summary>
    public bool HasHandshake { get; } = flow.FromClient.InitialSequence is not null && flow.FromServer.InitialSequence is not null;

    /// <summary>Segments recorded.</summary>
    public int Count => FromClient.Count + FromServer.Count;

    /// <summary>One direction.</summary>
    public SegmentTrail Trail(bool fromClient) => fromClient ? FromClient : FromServer;

    /// <summary>What Tcp knows of the sender of one direction.</summary>
    public TcpSender Sender(bool fromClient) => fromClient ? Flow.FromClient : Flow.FromServer;

    /// <summary>Takes what was read of it.</summary>
    public void Take(SegmentTrail fromClient, SegmentTrail fromServer) => (FromClient, FromServer) = (fromClient, fromServer);

    /// <summary>Lets the segments go.</summary>
    public void Clear() => Take(default, default);
}
