using System.Net.Sockets;
using Whydrop.Lab.Pods;

namespace Whydrop.Lab.Workloads;

/// <summary>A client that sends much at once, then a byte at a time, each in a packet of its own.</summary>
public sealed class DripClient : Workload
{
    private const int Endless = 1 << 29;
    private readonly DripOptions options;
    private readonly PodRun run;
    private long drops;

    private DripClient(PodRun run, DripOptions options)
        : base(run.Lab)
    {
        (this.run, this.options) = (run, options);
        Spawn(run.Network.Client, "drip", Work);
    }

    /// <summary>Bytes sent one at a time.</summary>
    public long Sent => Volatile.Read(ref drops);

    /// <summary>Starts it.</summary>
    public static DripClient Start(PodRun run, DripOptions options) => new(run, options);

    private void Work()
    {
        var to = run.Network.Target;
        var socket = Open(to.AddressFamily);
        socket.NoDelay = true;
        socket.SetRawSocketOption(6, 2, BitConverter.GetBytes(options.Segment)); // IPPROTO_TCP, TCP_MAXSEG
        Connect(socket, to, TimeSpan.FromSeconds(5));
        var header = new byte[TrafficRequest.Size];
        new TrafficRequest(ServerAct.Answer, Endless, 1, default).Write(header);
        socket.SendFully(header);
        socket.SendFully(new byte[options.Bytes]);
        while (!options.Enough() && Sleep(options.Every))
        {
            socket.SendFully([1]);
            Interlocked.Increment(ref drops);
        }

        socket.Shutdown(SocketShutdown.Send);
        while (socket.Receive(header) > 0)
        {
            // Until the server has read everything and closes too.
        }

        Close(socket);
    }
}
