using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Pods;

namespace Whydrop.Lab.Workloads;

/// <summary>Clients that move many bytes in one direction.</summary>
public sealed class BulkClient : Workload
{
    private const int Piece = 1 << 16;
    private readonly IPEndPoint to;
    private readonly PodRun run;
    private readonly BulkOptions options;
    private readonly List<BulkOutcome> outcomes = [];

    private BulkClient(PodRun run, BulkOptions options)
        : base(run.Lab)
    {
        (this.run, this.options) = (run, options);
        to = options.To ?? run.Network.Target;
        for (var i = 0; i < options.Flows; i++)
            Spawn(options.From ?? run.Network.Client, "bulk", Work);
    }

    /// <summary>Starts them.</summary>
    public static BulkClient Start(PodRun run, BulkOptions options) => new(run, options);

    /// <summary>Starts them and waits for all.</summary>
    public static IReadOnlyList<BulkOutcome> Run(PodRun run, BulkOptions options) => Start(run, options).Wait();

    /// <summary>Waits until all have ended.</summary>
    public IReadOnlyList<BulkOutcome> Wait()
    {
        WaitForThreads();
        lock (outcomes)
        {
            // Who gives up, or leaves what was sent to it unread, resets the connection (RFC 2525, 2.17): that is the application's, whatever drove it there.
            if (outcomes.Exists(o => o.Failure is not null || (options.Download && o.Bytes < options.Bytes && options.Close != CloseKind.Keep)))
                run.Truth.Accompanying("app-rst");
            return [.. outcomes];
        }
    }

    private void Work()
    {
        var watch = Stopwatch.StartNew();
        var moved = 0L;
        var socket = Open(to.AddressFamily);
        string? failure = null;
        try
        {
            socket.UseCongestionControl(options.CongestionControl);
            socket.NoDelay = true;
            if (options.ReceiveBuffer is { } receive)
                socket.ReceiveBufferSize = receive;
            if (options.SendBuffer is { } send)
                socket.SendBufferSize = send;
            if (options.BytesPerSecond is { } rate)
                socket.Pace(rate);
            Connect(socket, to, options.Patience);
            socket.ReceiveTimeout = socket.SendTimeout = (int)options.Patience.TotalMilliseconds;
            var header = new byte[TrafficRequest.Size];
            (options.Download ? new TrafficRequest(ServerAct.Answer, 0, options.Bytes, default) : new TrafficRequest(ServerAct.Answer, options.Bytes, 1, default)).Write(header);
            socket.SendFully(header);
            var piece = new byte[Math.Min(Piece, options.ReadPace?.Bytes ?? Piece)];
            piece.AsSpan().Fill((byte)'b');
            while (moved < options.Bytes && !Stopping && (options.For is not { } time || watch.Elapsed < time))
            {
                var size = (int)Math.Min(piece.Length, options.Bytes - moved);
                var now = options.Download ? socket.Receive(piece.AsSpan(0, size)) : socket.Send(piece.AsSpan(0, size));
                if (now == 0)
                    throw new SocketException((int)SocketError.Shutdown);
                if (moved == 0 && options.ShrinksReceiveBuffer is { } shrinks)
                {
                    socket.ReceiveBufferSize = shrinks.Bytes;
                    Sleep(shrinks.Pause);
                }

                moved += now;
                if (options.ReadPace is { } pace)
                    Sleep(pace.Pause);
            }

            End(socket, whole: moved == options.Bytes);
        }
        catch (SocketException e) when (!Stopping)
        {
            failure = $"{(moved == 0 ? "connect" : options.Download ? "read" : "write")} {to}: {AppLog.Text(e)}";
            options.Log.Fail(failure);
            Close(socket, reset: true);
        }

        lock (outcomes)
            outcomes.Add(new BulkOutcome(moved, watch.Elapsed, failure));
    }

    private void End(Socket socket, bool whole)
    {
        if (options.Close == CloseKind.Keep)
            return;
        if (options.Close == CloseKind.Orderly && !(options.Download && !whole))
        {
            // The answer says that the server read everything; its FIN follows.
            socket.Shutdown(SocketShutdown.Send);
            var room = new byte[1024];
            while (socket.Receive(room) > 0)
            {
                // Until the end of the stream.
            }
        }

        Close(socket, reset: options.Close == CloseKind.Reset);
    }
}
