using System.Net;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>What a <see cref="BulkClient"/> moves.</summary>
public sealed record BulkOptions
{
    /// <summary>Connections at the same time.</summary>
    public int Flows { get; init; } = 1;

    /// <summary>Bytes per connection. Less is moved when <see cref="For"/> ends first.</summary>
    public int Bytes { get; init; } = 2_000_000;

    /// <summary>Ends each connection (FIN) after this time; null: when all bytes are moved.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>The server sends; false: the client does.</summary>
    public bool Download { get; init; }

    /// <summary>Rate of an upload per connection, bytes per second; null: what TCP reaches, which overflows the machine's own receive queues at times.</summary>
    public int? BytesPerSecond { get; init; } = 5_000_000;

    /// <summary>Bytes that a download reads at a time, and the pause after each: a slow reader.</summary>
    public (int Bytes, TimeSpan Pause)? ReadPace { get; init; }

    /// <summary>SO_RCVBUF that a download sets after its first bytes, when a larger window is out already, and how long it does not read then.</summary>
    public (int Bytes, TimeSpan Pause)? ShrinksReceiveBuffer { get; init; }

    /// <summary>SO_RCVBUF, bytes; null: the kernel tunes it.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>SO_SNDBUF, bytes; null: the kernel tunes it.</summary>
    public int? SendBuffer { get; init; }

    /// <summary>How long it waits for a connection, or while nothing moves.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How connections end.</summary>
    public CloseKind Close { get; init; }

    /// <summary>Congestion control of the client.</summary>
    public string CongestionControl { get; init; } = "cubic";

    /// <summary>Namespace; null: the client of the network.</summary>
    public NetworkNamespace? From { get; init; }

    /// <summary>Server; null: the target of the network.</summary>
    public IPEndPoint? To { get; init; }

    /// <summary>What it writes of failures.</summary>
    public AppLog Log { get; init; } = AppLog.Silent;
}
