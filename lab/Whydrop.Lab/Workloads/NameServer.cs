using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Workloads;

/// <summary>A DNS server on UDP port 53 of a pod that knows every name.</summary>
public sealed class NameServer : Workload
{
    private long answered;
    private long ignored;

    private NameServer(PodRun run, Pod pod, TimeSpan delay, double ignores, byte code)
        : base(run.Lab)
    {
        EndPoint = new IPEndPoint(IPAddress.Parse(pod.Address), 53);
        var socket = pod.Space.Call(() =>
        {
            var bound = Open(EndPoint.AddressFamily, ProtocolType.Udp);
            bound.Bind(EndPoint);
            return bound;
        });
        Spawn(pod.Space, "dns", () => Serve(socket, delay, ignores, code));
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Queries answered.</summary>
    public long Answered => Volatile.Read(ref answered);

    /// <summary>Queries left without answer on purpose.</summary>
    public long Ignored => Volatile.Read(ref ignored);

    /// <summary>Starts it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="pod">Where; null: the server pod.</param>
    /// <param name="delay">Time before each answer.</param>
    /// <param name="ignores">Share of the queries that it does not answer, 0 to 1.</param>
    /// <param name="code">RCODE of its answers: 0, 2 SERVFAIL, 3 NXDOMAIN.</param>
    public static NameServer Start(PodRun run, Pod? pod = null, TimeSpan delay = default, double ignores = 0, byte code = 0) =>
        new(run, pod ?? run.Network.ServerPod, delay, ignores, code);

    private void Serve(Socket socket, TimeSpan delay, double ignores, byte code)
    {
        var room = new byte[1500];
        EndPoint from = new IPEndPoint(EndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var due = 0.5;
        while (!Stopping)
        {
            var length = socket.ReceiveFrom(room, ref from);
            if (length < 17)
                continue;
            // Evenly: some lookup meets it, however few there are.
            var before = due;
            due += ignores;
            if (Math.Floor(due) > Math.Floor(before))
            {
                Interlocked.Increment(ref ignored);
                continue;
            }

            if (!Sleep(delay))
                return;
            socket.SendTo(NameMessage.Answer(room.AsSpan(0, length), code), from);
            Interlocked.Increment(ref answered);
        }
    }
}
