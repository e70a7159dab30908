using System.Net;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>What a <see cref="RequestClient"/> asks for.</summary>
public sealed record RequestOptions
{
    /// <summary>Requests per connection; null: as many as <see cref="For"/> allows.</summary>
    public int? Count { get; init; }

    /// <summary>No new request after this time; null: only <see cref="Count"/> ends it.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Connections at the same time.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>All requests of a client over one connection; false: a connection for each.</summary>
    public bool KeepAlive { get; init; } = true;

    /// <summary>Bytes of a request with its header of 16 bytes.</summary>
    public int RequestBytes { get; init; } = 200;

    /// <summary>Bytes of an answer.</summary>
    public int AnswerBytes { get; init; } = 1000;

    /// <summary>The last of <see cref="Count"/> requests, or its answer, has so many bytes; null: as the others.</summary>
    public (int Request, int Answer)? Last { get; init; }

    /// <summary>Sizes of the writes of a request, the last repeated; empty: one write.</summary>
    public IReadOnlyList<int> Pieces { get; init; } = [];

    /// <summary>Pause of the client between an answer and its next request.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Pauses before single requests by their number from 0, instead of <see cref="Pause"/>: idle, then send.</summary>
    public IReadOnlyDictionary<int, TimeSpan> PauseBefore { get; init; } = new Dictionary<int, TimeSpan>();

    /// <summary>How long the server thinks.</summary>
    public TimeSpan ServerThinks { get; init; }

    /// <summary>What the server does with each request.</summary>
    public ServerAct Act { get; init; }

    /// <summary>TCP_NODELAY.</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>SO_RCVBUF, bytes; null: the kernel tunes it.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>SO_KEEPALIVE: idle time before the first probe and between probes; null: off.</summary>
    public TimeSpan? KeepAliveProbes { get; init; }

    /// <summary>How long it waits for a connection or an answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After a failure: a new connection for the rest; false: the client ends.</summary>
    public bool Reconnects { get; init; } = true;

    /// <summary>How connections end.</summary>
    public CloseKind Close { get; init; }

    /// <summary>Local ports to use, one for each connection in turn; empty: the kernel chooses.</summary>
    public IReadOnlyList<int> LocalPorts { get; init; } = [];

    /// <summary>Congestion control of the client.</summary>
    public string CongestionControl { get; init; } = "cubic";

    /// <summary>Namespace; null: the client of the network.</summary>
    public NetworkNamespace? From { get; init; }

    /// <summary>Server; null: the target of the network.</summary>
    public IPEndPoint? To { get; init; }

    /// <summary>What it writes of failures.</summary>
    public AppLog Log { get; init; } = AppLog.Silent;
}
