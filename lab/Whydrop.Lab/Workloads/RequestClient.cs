using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;

namespace Whydrop.Lab.Workloads;

/// <summary>Clients that send requests and wait for each answer.</summary>
public sealed class RequestClient : Workload
{
    private readonly NetworkNamespace from;
    private readonly IPEndPoint to;
    private readonly RequestOptions options;
    private readonly List<RequestOutcome> outcomes = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private int connections;

    private RequestClient(PodRun run, RequestOptions options)
        : base(run.Lab)
    {
        this.options = options;
        from = options.From ?? run.Network.Client;
        to = options.To ?? run.Network.Target;
    }

    /// <summary>Starts them.</summary>
    public static RequestClient Start(PodRun run, RequestOptions options)
    {
        if (options.Count is null && options.For is null)
            throw new ArgumentException("neither a count nor a time ends it", nameof(options));
        var client = new RequestClient(run, options);
        for (var i = 0; i < options.Connections; i++)
            client.Spawn(client.from, "client", client.Work);
        return client;
    }

    /// <summary>Starts them and waits for all.</summary>
    public static RequestReport Run(PodRun run, RequestOptions options) => Start(run, options).Wait();

    /// <summary>Waits until all have ended.</summary>
    public RequestReport Wait()
    {
        WaitForThreads();
        return SoFar();
    }

    /// <summary>What has ended until now.</summary>
    public RequestReport SoFar()
    {
        lock (outcomes)
            return new RequestReport([.. outcomes]);
    }

    private void Work()
    {
        Socket? socket = null;
        for (var number = 0; More(number); number++)
        {
            if (!Sleep(options.PauseBefore.TryGetValue(number, out var pause) ? pause : number == 0 ? TimeSpan.Zero : options.Pause))
                break;
            var at = DateTimeOffset.UtcNow;
            var watch = Stopwatch.StartNew();
            var connected = TimeSpan.Zero;
            try
            {
                if (socket is null)
                {
                    socket = Dial();
                    connected = watch.Elapsed;
                }

                Ask(socket, number);
                Record(new RequestOutcome(at, watch.Elapsed, connected, null, null));
            }
            catch (SocketException e)
            {
                if (Stopping)
                    return;
                Fail(e, at, watch.Elapsed, connected, socket is null);
                if (socket is not null)
                    Close(socket, reset: true);
                socket = null;
                if (!options.Reconnects)
                    return;
                continue;
            }

            if (!options.KeepAlive)
            {
                End(socket);
                socket = null;
            }
        }

        if (socket is not null)
            End(socket);
    }

    private bool More(int number) => !Stopping && !Finishing && (options.Count is not { } count || number < count) && (options.For is not { } time || clock.Elapsed < time);

    private Socket Dial()
    {
        var number = Interlocked.Increment(ref connections) - 1;
        var socket = Open(to.AddressFamily);
        try
        {
            socket.UseCongestionControl(options.CongestionControl);
            socket.NoDelay = options.NoDelay;
            if (options.ReceiveBuffer is { } bytes)
                socket.ReceiveBufferSize = bytes;
            if (options.KeepAliveProbes is { } probes)
                socket.ProbeWhenIdle(probes);
            if (options.LocalPorts.Count > 0)
                socket.Bind(new IPEndPoint(to.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, options.LocalPorts[number % options.LocalPorts.Count]));
            Connect(socket, to, options.Patience);
            socket.ReceiveTimeout = socket.SendTimeout = (int)options.Patience.TotalMilliseconds;
            return socket;
        }
        catch
        {
            Close(socket, reset: true);
            throw;
        }
    }

    private void Ask(Socket socket, int number)
    {
        var (request, answer) = number + 1 == options.Count && options.Last is { } last ? last : (options.RequestBytes, options.AnswerBytes);
        var body = Math.Max(0, request - TrafficRequest.Size);
        var message = new byte[TrafficRequest.Size + body];
        message.AsSpan(TrafficRequest.Size).Fill((byte)'q');
        new TrafficRequest(options.Act, body, answer, options.ServerThinks).Write(message);
        var pieces = options.Pieces.Count == 0 ? [message.Length] : options.Pieces;
        for (var (sent, piece) = (0, 0); sent < message.Length; piece++)
        {
            var size = Math.Min(pieces[Math.Min(piece, pieces.Count - 1)], message.Length - sent);
            socket.SendFully(message.AsSpan(sent, size));
            sent += size;
        }

        var room = new byte[Math.Min(answer, 1 << 16)];
        for (var left = answer; left > 0;)
        {
            var got = socket.Receive(room.AsSpan(0, Math.Min(left, room.Length)));
            if (got == 0)
                throw new SocketException((int)SocketError.Shutdown);
            left -= got;
        }
    }

    private void End(Socket socket)
    {
        if (options.Close == CloseKind.Keep)
            return;
        if (options.Close is CloseKind.Orderly or CloseKind.Await)
        {
            try
            {
                if (options.Close == CloseKind.Orderly)
                    socket.Shutdown(SocketShutdown.Send);
                // The server's FIN: both ends are then closed, and nothing keeps the namespace alive.
                socket.ReceiveFully(new byte[1]);
            }
            catch (SocketException)
            {
                // The fault of the run reached the close as well.
            }
        }

        Close(socket, reset: options.Close == CloseKind.Reset);
    }

    private void Fail(SocketException e, DateTimeOffset at, TimeSpan took, TimeSpan connected, bool connecting)
    {
        // SO_RCVTIMEO ends a read with EAGAIN, which .NET words as a timeout of the connection; the kernel's own comes later than patience.
        var patience = e.SocketErrorCode is SocketError.WouldBlock || (e.SocketErrorCode is SocketError.TimedOut && took >= options.Patience);
        var step = connecting ? "connect" : "read";
        var text = e.SocketErrorCode == SocketError.Shutdown && !connecting
            ? $"{step} {to}: unexpected EOF"
            : patience ? $"{step} {to}: i/o timeout after {took.TotalSeconds:0.0} s" : $"{step} {to}: {AppLog.Text(e)}";
        options.Log.Fail(text);
        Record(new RequestOutcome(at, took, connected, patience ? SocketError.WouldBlock : e.SocketErrorCode, text));
    }

    private void Record(RequestOutcome outcome)
    {
        lock (outcomes)
            outcomes.Add(outcome);
    }
}
