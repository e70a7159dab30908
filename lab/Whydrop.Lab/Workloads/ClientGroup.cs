using System.Net;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Workloads;

/// <summary>Several client connections at the same time.</summary>
public sealed class ClientGroup : IDisposable
{
    private readonly NetworkNamespace where;
    private readonly IPEndPoint to;
    private readonly TimeSpan patience;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Thread> threads = [];
    private readonly List<Exchange> exchanges = [];

    /// <summary>A group of clients of one service.</summary>
    public ClientGroup(NetworkNamespace where, IPEndPoint to, TimeSpan patience)
    {
        this.where = where;
        this.to = to;
        this.patience = patience;
    }

    /// <summary>Starts one more connection.</summary>
    public void Start(IReadOnlyList<FramedMessage> requests)
    {
        var thread = new Thread(() =>
        {
            var exchange = FramedClient.Run(where, to, requests, patience, stop.Token);
            lock (exchanges)
                exchanges.Add(exchange);
        })
        { IsBackground = true, Name = $"client {where.Label}" };
        threads.Add(thread);
        thread.Start();
    }

    /// <summary>Waits for all connections; each ends by itself when its patience does.</summary>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public IReadOnlyList<Exchange> Wait(LabRun run)
    {
        while (threads.Exists(t => t.IsAlive))
            run.Pause(TimeSpan.FromMilliseconds(50));
        lock (exchanges)
            return [.. exchanges];
    }

    /// <summary>Resets what is still open and waits for its threads.</summary>
    public void Dispose()
    {
        stop.Cancel();
        foreach (var thread in threads)
            thread.Join();
        stop.Dispose();
    }
}
