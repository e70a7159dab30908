namespace Whydrop.Lab.Workloads;

/// <summary>How a <see cref="TrafficServer"/> listens and serves.</summary>
public sealed record ServerOptions
{
    /// <summary>Backlog of listen(2).</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>Calls accept(2). When false, established connections wait in the queue.</summary>
    public bool Accepts { get; init; } = true;

    /// <summary>SO_RCVBUF before listen, bytes; null: the kernel tunes it.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>Rate of answers per connection, bytes per second; null: what TCP reaches, which overflows the machine's own receive queues at times.</summary>
    public int? BytesPerSecond { get; init; } = 5_000_000;

    /// <summary>TCP_NODELAY on accepted connections.</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>Sizes of the writes of an answer; empty: one write.</summary>
    public IReadOnlyList<int> Pieces { get; init; } = [];

    /// <summary>Closes a connection on which no request came for so long; null: never.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Never closes a connection whose peer has closed it: the descriptor leaks.</summary>
    public bool Leaks { get; init; }

    /// <summary>Bytes per read of a request's body, and the pause after each: a slow reader.</summary>
    public (int Bytes, TimeSpan Pause)? ReadPace { get; init; }

    /// <summary>Pause after each accept: a slow accepter.</summary>
    public TimeSpan AcceptPause { get; init; }

    /// <summary>SO_RCVBUF set on a connection after its first bytes, when a larger window is out already, and how long it does not read then.</summary>
    public (int Bytes, TimeSpan Pause)? ShrinksReceiveBuffer { get; init; }

    /// <summary>After so many bytes of a request it reads into this page, which is late: the call waits inside the kernel.</summary>
    internal (int After, Native.LatePage Page)? ReadsLate { get; init; }

    /// <summary>Congestion control of accepted connections.</summary>
    public string CongestionControl { get; init; } = "cubic";

    /// <summary>Threads that wait for connections beforehand; 0: one is started for each connection. The runtime cannot start a thread when no file may be opened.</summary>
    public int ReadyThreads { get; init; }

    /// <summary>What it writes of failures and of its own closing.</summary>
    public AppLog Log { get; init; } = AppLog.Silent;
}
