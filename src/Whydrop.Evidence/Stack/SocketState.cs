using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>One socket as ss or /proc/net/tcp lists it.</summary>
/// <param name="Protocol">"tcp", "udp", …</param>
/// <param name="State">As ss prints it: "ESTAB", "LISTEN", "SYN-SENT", "TIME-WAIT", …</param>
/// <param name="ReceiveQueue">Bytes not yet read; for a listener the connections not yet accepted.</param>
/// <param name="SendQueue">Bytes not yet acknowledged; for a listener its backlog, or 0 where the tool does not print it: ask <see cref="AcceptLimit"/>.</param>
/// <param name="Local">Own end; port 0 for any.</param>
/// <param name="Peer">Other end.</param>
public sealed record SocketState(
    VantagePoint At, Provenance From, string Protocol, string State, long ReceiveQueue, long SendQueue, IPEndPoint Local, IPEndPoint Peer) : Fact(At, From)
{
    /// <summary>Most connections a listener lets wait; null for other sockets and where the tool does not print it (netstat, /proc/net/tcp).</summary>
    public long? AcceptLimit { get; init; }

    /// <summary>Programs that hold it, as printed, for example "nginx,pid=12,fd=6".</summary>
    public string? Process { get; init; }

    /// <summary>Running timer: "on" (retransmission), "keepalive", "timewait", "persist", "unknown".</summary>
    public string? Timer { get; init; }

    /// <summary>Expiries of that timer so far.</summary>
    public int? TimerRetries { get; init; }

    /// <summary>Congestion control.</summary>
    public string? CongestionControl { get; init; }

    /// <summary>Smoothed round trip.</summary>
    public TimeSpan? Rtt { get; init; }

    /// <summary>Smallest round trip.</summary>
    public TimeSpan? MinRtt { get; init; }

    /// <summary>Retransmission time-out.</summary>
    public TimeSpan? RetransmissionTimeout { get; init; }

    /// <summary>MSS in use, bytes.</summary>
    public int? Mss { get; init; }

    /// <summary>Path MTU, bytes.</summary>
    public int? PathMtu { get; init; }

    /// <summary>Congestion window, segments.</summary>
    public int? CongestionWindow { get; init; }

    /// <summary>Slow start threshold, segments.</summary>
    public int? SlowStartThreshold { get; init; }

    /// <summary>Bytes sent, retransmissions included.</summary>
    public long? BytesSent { get; init; }

    /// <summary>Bytes retransmitted.</summary>
    public long? BytesRetransmitted { get; init; }

    /// <summary>Segments retransmitted over the life of the connection.</summary>
    public long? Retransmissions { get; init; }

    /// <summary>Bytes received in order.</summary>
    public long? BytesReceived { get; init; }

    /// <summary>Segments that arrived out of order.</summary>
    public long? OutOfOrder { get; init; }

    /// <summary>D-SACK blocks received.</summary>
    public long? DuplicateSacks { get; init; }

    /// <summary>Reordering metric in use when it is not 3.</summary>
    public int? Reordering { get; init; }

    /// <summary>Time with data to send.</summary>
    public TimeSpan? Busy { get; init; }

    /// <summary>Of it, time the receiver's window held it back.</summary>
    public TimeSpan? ReceiverLimited { get; init; }

    /// <summary>Of it, time the own send buffer held it back.</summary>
    public TimeSpan? SendBufferLimited { get; init; }

    /// <summary>Receive memory in use, bytes of truesize (skmem r).</summary>
    public long? ReceiveMemory { get; init; }

    /// <summary>Receive buffer, bytes (skmem rb).</summary>
    public long? ReceiveBuffer { get; init; }

    /// <summary>Send buffer, bytes (skmem tb).</summary>
    public long? SendBuffer { get; init; }

    /// <summary>Packets dropped by the socket (skmem d).</summary>
    public long? Drops { get; init; }

    /// <summary>Packets in the backlog of a socket its owner holds, bytes (skmem bl).</summary>
    public long? Backlog { get; init; }

    /// <summary>Time since data was last sent.</summary>
    public TimeSpan? LastSent { get; init; }

    /// <summary>Time since data was last received.</summary>
    public TimeSpan? LastReceived { get; init; }
}
