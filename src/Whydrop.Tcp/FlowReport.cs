using System.Net;
using Whydrop.Evidence;

namespace Whydrop.Tcp;

/// <summary>A connection as one capture point saw it.</summary>
public sealed record FlowReport
{
    /// <summary>Number from 0 in the order of first frames, as Wireshark's tcp.stream counts.</summary>
    public required int Index { get; init; }

    /// <summary>Index of its <see cref="CapturePoint"/>.</summary>
    public required int Point { get; init; }

    /// <summary>The end that sent the SYN; without a SYN, the end with the higher port.</summary>
    public required IPEndPoint Client { get; init; }

    /// <summary>The other end.</summary>
    public required IPEndPoint Server { get; init; }

    /// <summary>Tunnel headers from the outside in, for example "ipip 10.0.0.1>10.0.0.2"; null when plain.</summary>
    public string? Encapsulation { get; init; }

    /// <summary>Time of its first frame.</summary>
    public required Timestamp First { get; init; }

    /// <summary>Time of its last frame.</summary>
    public required Timestamp Last { get; init; }

    /// <summary>Number of its first frame.</summary>
    public required long FirstFrame { get; init; }

    /// <summary>How far it came.</summary>
    public required FlowState State { get; init; }

    /// <summary>SYN and SYN-ACK were both seen.</summary>
    public bool Synchronised { get; init; }

    /// <summary>A SYN of either end was seen.</summary>
    public bool SynSeen { get; init; }

    /// <summary>SYN to SYN-ACK; null when not seen.</summary>
    public TimeSpan? HandshakeRtt { get; init; }

    /// <summary>What the client sent.</summary>
    public required SenderReport FromClient { get; init; }

    /// <summary>What the server sent.</summary>
    public required SenderReport FromServer { get; init; }

    /// <summary>From the first to the last frame.</summary>
    public TimeSpan Duration => Last - First;

    /// <summary>Frames in both directions, without copies.</summary>
    public long Frames => FromClient.Frames + FromServer.Frames;

    /// <summary>Something beyond an ordinary exchange was observed: anything that may cost time or bytes.</summary>
    public required bool Unusual { get; init; }
}
