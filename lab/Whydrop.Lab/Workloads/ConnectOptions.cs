using System.Net;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>What a <see cref="ConnectClient"/> does.</summary>
public sealed record ConnectOptions
{
    /// <summary>Connections begun per second.</summary>
    public double PerSecond { get; init; } = 20;

    /// <summary>No new connection after this time.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time that a connection stays open; null: until the workload ends.</summary>
    public TimeSpan? Holds { get; init; } = TimeSpan.Zero;

    /// <summary>Sends a small request and waits for its answer once connected.</summary>
    public bool Asks { get; init; } = true;

    /// <summary>How long it waits for the connection, and for the answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How connections end.</summary>
    public CloseKind Close { get; init; }

    /// <summary>Local ports to use in turn; empty: the kernel chooses.</summary>
    public IReadOnlyList<int> LocalPorts { get; init; } = [];

    /// <summary>Namespace; null: the client of the network.</summary>
    public NetworkNamespace? From { get; init; }

    /// <summary>Server; null: the target of the network.</summary>
    public IPEndPoint? To { get; init; }

    /// <summary>What it writes of failures.</summary>
    public AppLog Log { get; init; } = AppLog.Silent;
}
