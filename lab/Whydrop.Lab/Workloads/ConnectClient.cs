using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;

namespace Whydrop.Lab.Workloads;

/// <summary>Opens connections at a rate, whatever becomes of the earlier ones: churn.</summary>
public sealed class ConnectClient : Workload
{
    private readonly NetworkNamespace from;
    private readonly IPEndPoint to;
    private readonly ConnectOptions options;
    private readonly List<RequestOutcome> outcomes = [];

    private ConnectClient(PodRun run, ConnectOptions options)
        : base(run.Lab)
    {
        this.options = options;
        from = options.From ?? run.Network.Client;
        to = options.To ?? run.Network.Target;
        Spawn(from, "connects", Begin);
    }

    /// <summary>Starts it.</summary>
    public static ConnectClient Start(PodRun run, ConnectOptions options) => new(run, options);

    /// <summary>Starts it and waits for every connection.</summary>
    public static RequestReport Run(PodRun run, ConnectOptions options) => Start(run, options).Wait();

    /// <summary>Waits until every connection has ended. "Answered" counts those that connected (and were answered, when it asks).</summary>
    public RequestReport Wait()
    {
        WaitForThreads();
        lock (outcomes)
            return new RequestReport([.. outcomes]);
    }

    private void Begin()
    {
        var watch = Stopwatch.StartNew();
        for (var number = 0; number / options.PerSecond < options.For.TotalSeconds; number++)
        {
            var local = options.LocalPorts.Count > 0 ? options.LocalPorts[number % options.LocalPorts.Count] : 0;
            Spawn(from, "connect", () => One(local));
            if (!Sleep(TimeSpan.FromSeconds((number + 1) / options.PerSecond) - watch.Elapsed))
                return;
        }
    }

    private void One(int localPort)
    {
        var at = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        var connected = TimeSpan.Zero;
        var socket = Open(to.AddressFamily);
        try
        {
            socket.NoDelay = true;
            if (localPort > 0)
                socket.Bind(new IPEndPoint(to.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, localPort));
            Connect(socket, to, options.Patience);
            connected = watch.Elapsed;
            socket.ReceiveTimeout = socket.SendTimeout = (int)options.Patience.TotalMilliseconds;
            if (options.Asks)
                Ask(socket);
            Record(new RequestOutcome(at, watch.Elapsed, connected, null, null));
            if (options.Holds is not { } time || !Sleep(time))
                return;
            if (options.Close == CloseKind.Orderly)
            {
                socket.Shutdown(SocketShutdown.Send);
                socket.ReceiveFully(new byte[1]);
            }

            Close(socket, reset: options.Close == CloseKind.Reset);
        }
        catch (SocketException e) when (!Stopping)
        {
            var patience = e.SocketErrorCode == SocketError.WouldBlock || (e.SocketErrorCode == SocketError.TimedOut && watch.Elapsed >= options.Patience);
            var step = connected == TimeSpan.Zero ? "connect" : "read";
            var text = patience ? $"{step} {to}: i/o timeout after {watch.Elapsed.TotalSeconds:0.0} s" : $"{step} {to}: {AppLog.Text(e)}";
            options.Log.Fail(text);
            Record(new RequestOutcome(at, watch.Elapsed, connected, patience ? SocketError.WouldBlock : e.SocketErrorCode, text));
            Close(socket, reset: true);
        }
    }

    private static void Ask(Socket socket)
    {
        const int answer = 100;
        var header = new byte[TrafficRequest.Size];
        new TrafficRequest(ServerAct.Answer, 0, answer, default).Write(header);
        socket.SendFully(header);
        if (!socket.ReceiveFully(new byte[answer]))
            throw new SocketException((int)SocketError.Shutdown);
    }

    private void Record(RequestOutcome outcome)
    {
        lock (outcomes)
            outcomes.Add(outcome);
    }
}
