using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;

namespace Whydrop.Lab.Workloads;

/// <summary>A proxy that ends TCP on both sides, relays bytes, and closes both sides when an answer takes longer than its timer.</summary>
public sealed class ProxyServer : Workload
{
    private const int Room = 1 << 16;
    private readonly NetworkNamespace where;
    private readonly IPEndPoint upstream;
    private readonly TimeSpan timer;
    private readonly bool resets;
    private readonly AppLog log;
    private readonly Socket listener;
    private long closed;

    private ProxyServer(PodRun run, NetworkNamespace where, IPEndPoint at, IPEndPoint upstream, TimeSpan timer, bool resets)
        : base(run.Lab)
    {
        (this.where, this.upstream, this.timer, this.resets, log) = (where, upstream, timer, resets, run.Log(where));
        listener = where.Call(() =>
        {
            var socket = Open(at.AddressFamily);
            socket.Bind(at);
            socket.Listen(128);
            return socket;
        });
        Spawn(where, "proxy", Accept);
    }

    /// <summary>Connections it closed because its timer ran out.</summary>
    public long Closed => Volatile.Read(ref closed);

    /// <summary>Starts it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="where">Namespace.</param>
    /// <param name="at">Where it listens.</param>
    /// <param name="upstream">Where it connects to.</param>
    /// <param name="timer">Most time from a request to its answer.</param>
    /// <param name="resets">It ends the client's connection with a RST; false: with a FIN.</param>
    public static ProxyServer Start(PodRun run, NetworkNamespace where, IPEndPoint at, IPEndPoint upstream, TimeSpan timer, bool resets) =>
        new(run, where, at, upstream, timer, resets);

    private void Accept()
    {
        while (!Stopping)
        {
            var client = listener.Accept();
            Track(client);
            Spawn(where, "relay", () => Relay(client));
        }
    }

    private void Relay(Socket client)
    {
        var server = Open(upstream.AddressFamily);
        Connect(server, upstream, TimeSpan.FromSeconds(5));
        client.NoDelay = server.NoDelay = true;
        var room = new byte[Room];
        while (client.Receive(room) is > 0 and var asked)
        {
            server.SendFully(room.AsSpan(0, asked));
            if (!server.Poll(timer, SelectMode.SelectRead))
            {
                Interlocked.Increment(ref closed);
                log.Fail($"upstream {upstream} timed out after {timer.TotalSeconds:0.0} s, closing {client.RemoteEndPoint}");
                Close(client, resets);
                Close(server, reset: true);
                return;
            }

            // Answers are small: one read has them, or the next does.
            for (var got = server.Receive(room); got > 0; got = server.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead) ? server.Receive(room) : 0)
                client.SendFully(room.AsSpan(0, got));
        }

        Close(server);
        Close(client);
    }
}
