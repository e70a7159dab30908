using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Pods;

namespace Whydrop.Lab.Workloads;

/// <summary>Looks names up as glibc does: A and AAAA at the same time from one socket, again after a timeout.</summary>
public sealed class NameClient : Workload
{
    private readonly IPEndPoint to;
    private readonly AppLog log;
    private readonly List<RequestOutcome> outcomes = [];

    private NameClient(PodRun run, IPEndPoint to, int lookups, TimeSpan pause, TimeSpan timeout, int attempts, AppLog log)
        : base(run.Lab)
    {
        this.to = to;
        this.log = log;
        Spawn(run.Network.Client, "lookups", () =>
        {
            for (var number = 0; number < lookups && !Stopping; number++)
            {
                LookUp($"svc-{number % 5}.shop.svc.cluster.local", (ushort)((number * 7919) + 2), timeout, attempts);
                if (!Sleep(pause))
                    return;
            }
        });
    }

    /// <summary>Starts it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="to">Server, as <see cref="NameServer.EndPoint"/> says, or its Service.</param>
    /// <param name="lookups">Names to look up.</param>
    /// <param name="pause">Time between two lookups.</param>
    /// <param name="timeout">"options timeout" of resolv.conf(5); null: 5 s as there.</param>
    /// <param name="attempts">"options attempts" of resolv.conf(5).</param>
    /// <param name="log">What it writes of failures; null: nothing.</param>
    public static NameClient Start(PodRun run, IPEndPoint to, int lookups, TimeSpan pause, TimeSpan? timeout = null, int attempts = 2, AppLog? log = null) =>
        new(run, to, lookups, pause, timeout ?? TimeSpan.FromSeconds(5), attempts, log ?? AppLog.Silent);

    /// <summary>Waits until every name was looked up.</summary>
    public RequestReport Wait()
    {
        WaitForThreads();
        lock (outcomes)
            return new RequestReport([.. outcomes]);
    }

    private void LookUp(string name, ushort id, TimeSpan timeout, int attempts)
    {
        var at = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        var socket = Open(to.AddressFamily, ProtocolType.Udp);
        try
        {
            socket.Connect(to);
            var missing = new HashSet<ushort> { id, (ushort)(id + 1) };
            for (var attempt = 0; attempt < attempts && missing.Count > 0; attempt++)
            {
                foreach (var open in missing)
                    socket.Send(NameMessage.Query(open, name, ipv6: open != id));
                Collect(socket, missing, watch.Elapsed + timeout, watch);
            }

            var failure = missing.Count == 0 ? null : $"lookup {name} on {to}: i/o timeout";
            if (failure is not null)
                log.Fail(failure);
            lock (outcomes)
                outcomes.Add(new RequestOutcome(at, watch.Elapsed, default, failure is null ? null : SocketError.WouldBlock, failure));
        }
        catch (SocketException e) when (!Stopping)
        {
            var failure = $"lookup {name} on {to}: {AppLog.Text(e)}";
            log.Fail(failure);
            lock (outcomes)
                outcomes.Add(new RequestOutcome(at, watch.Elapsed, default, e.SocketErrorCode, failure));
        }
        finally
        {
            Close(socket);
        }
    }

    private static void Collect(Socket socket, HashSet<ushort> missing, TimeSpan until, Stopwatch watch)
    {
        var room = new byte[1500];
        while (missing.Count > 0 && until - watch.Elapsed is var left && left > TimeSpan.Zero)
        {
            if (socket.Poll(left, SelectMode.SelectRead))
                missing.Remove(NameMessage.Id(room.AsSpan(0, socket.Receive(room))));
        }
    }
}
