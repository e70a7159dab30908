using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>One connection as one capture point saw it, with the segments recorded there.</summary>
internal sealed class Sighting
{
    private readonly CleanFlows? clean;
    private readonly VantagePoint at;
    private readonly (uint? Client, uint? Server) initial;
    private readonly (int Client, int Server) largest;
    private readonly (bool Client, bool Server) resets;
    private TcpFlow? flow;

    /// <summary>One that a fact tells of.</summary>
    /// <param name="number">Index among all sightings of the case.</param>
    /// <param name="source">Index of the capture file: sightings of one file share a clock.</param>
    public Sighting(int number, TcpFlow flow, int source)
    {
        (Number, Source, this.flow, at) = (number, source, flow, flow.At);
        (Capture, FlowNumber, Frames, FirstFrame, Encapsulation) = (flow.Capture, flow.Flow, flow.Frames, flow.From.Frame, flow.Encapsulation);
        initial = (flow.FromClient.InitialSequence, flow.FromServer.InitialSequence);
        largest = (flow.FromClient.LargestDatagram, flow.FromServer.LargestDatagram);
        resets = (flow.FromClient.ResetFrame is not null, flow.FromServer.ResetFrame is not null);
        Repeats = flow.FromClient.Retransmissions + flow.FromServer.Retransmissions > 0;
        RoundTrip = ((flow.FromClient.MinRtt ?? flow.HandshakeRtt ?? TimeSpan.Zero) + (flow.FromServer.MinRtt ?? TimeSpan.Zero)).Ticks * 100;
    }

    /// <summary>One without anything unusual, of which there is no fact unless somebody asks for it.</summary>
    /// <inheritdoc cref="Sighting(int, TcpFlow, int)"/>
    public Sighting(int number, CleanFlows clean, in CleanFlow row, int source)
    {
        (Number, Source, this.clean, at) = (number, source, clean, clean.At(row.Point));
        (Capture, FlowNumber, Frames, FirstFrame, Encapsulation) = (clean.Capture(row.Point), row.Flow, row.Frames, row.FirstFrame, row.Encapsulation);
        initial = (row.Client, row.Server);
        largest = (row.LargestFromClient, row.LargestFromServer);
        RoundTrip = row.RoundTrip.Ticks * 100;
        FirstFromClient = row.FirstFromClient;
    }

    /// <summary>Index among all sightings of the case.</summary>
    public int Number { get; }

    /// <summary>Index of the capture file.</summary>
    public int Source { get; }

    /// <summary>The capture (<see cref="CaptureSummary.Capture"/>).</summary>
    public int Capture { get; }

    /// <summary>Number of the connection there.</summary>
    public int FlowNumber { get; }

    /// <summary>Where the capture was taken.</summary>
    public VantagePoint At => at;

    /// <summary>Frames in both directions, without copies.</summary>
    public long Frames { get; }

    /// <summary>Number of its first frame; null when not known.</summary>
    public long? FirstFrame { get; }

    /// <summary>Who sent that; null when not known.</summary>
    public bool? FirstFromClient { get; }

    /// <summary>Tunnel headers, as <see cref="TcpFlow.Encapsulation"/>.</summary>
    public string? Encapsulation { get; }

    /// <summary>Shortest way from here to the server and back, and to the client and back, in nanoseconds.</summary>
    public long RoundTrip { get; }

    /// <summary>The connection there. Whoever does not need all of it asks for what he needs: most have no fact.</summary>
    public TcpFlow Flow => flow ??= clean!.Fact(FlowNumber);

    /// <summary>Its ends, without making a fact of it.</summary>
    public FlowEnds Ends => flow is null ? clean!.Ends(FlowNumber) : FlowEnds.Of(flow);

    /// <summary>No fact of the capture tells of it.</summary>
    public bool IsUntold => clean is not null;

    /// <summary>It is one of many that are told together.</summary>
    public bool IsTogether { get; set; }

    /// <summary>What the client sent.</summary>
    public SegmentTrail FromClient { get; private set; }

    /// <summary>What the server sent.</summary>
    public SegmentTrail FromServer { get; private set; }

    /// <summary>Its capture says of some transmission more than that it simply went by.</summary>
    public bool HasFates { get; init; }

    /// <summary>The memory limit ended the recording before the capture ended: nothing can be said to be absent.</summary>
    public bool CutShort { get; set; }

    /// <summary>Both initial sequence numbers are known.</summary>
    public bool HasHandshake => initial is { Client: not null, Server: not null };

    /// <summary>Segments recorded.</summary>
    public int Count => FromClient.Count + FromServer.Count;

    /// <summary>Sequence number of the SYN of one end; null when not seen.</summary>
    public uint? Initial(bool fromClient) => fromClient ? initial.Client : initial.Server;

    /// <summary>Largest IP datagram of one end on the wire in bytes.</summary>
    public int Largest(bool fromClient) => fromClient ? largest.Client : largest.Server;

    /// <summary>Something of it was sent again.</summary>
    public bool Repeats { get; }

    /// <summary>One end sent a RST.</summary>
    public bool Resets(bool fromClient) => fromClient ? resets.Client : resets.Server;

    /// <summary>Fetches its first segments ahead of their use. Changes speed only.</summary>
    public void Prefetch()
    {
        FromClient.Prefetch();
        FromServer.Prefetch();
    }

    /// <summary>One direction.</summary>
    public SegmentTrail Trail(bool fromClient) => fromClient ? FromClient : FromServer;

    /// <summary>What Tcp knows of the sender of one direction.</summary>
    public TcpSender Sender(bool fromClient) => fromClient ? Flow.FromClient : Flow.FromServer;

    /// <summary>Takes what was read of it.</summary>
    public void Take(SegmentTrail fromClient, SegmentTrail fromServer) => (FromClient, FromServer) = (fromClient, fromServer);

    /// <summary>Lets the segments go.</summary>
    public void Clear() => Take(default, default);
}
