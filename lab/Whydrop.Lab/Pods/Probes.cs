using System.Net;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Pods;

/// <summary>
/// What goes on in any cluster beside the load: each node probes its own pods as the kubelet does (a readiness check every half second), and node-a asks
/// something of node-b. Captures of a broken path then show that they were alive.
/// </summary>
internal sealed class Probes : IDisposable
{
    private const int HealthPort = 8086;
    private const int KubeletPort = 10250;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly List<TrafficServer> servers = [];
    private readonly List<RequestClient> clients = [];

    private Probes()
    {
    }

    /// <summary>Servers first, then who asks them.</summary>
    public static Probes Start(PodRun run)
    {
        var probes = new Probes();
        var network = run.Network;
        foreach (var pod in network.Pods)
            probes.Watch(run, pod.Node, pod.Space, new IPEndPoint(IPAddress.Parse(pod.Address), HealthPort));
        if (network.OtherTarget is { } other)
            probes.Beside = probes.Watch(run, network.Client, network.Server, new IPEndPoint(IPAddress.Parse(network.OtherAddresses!.Server), network.Names.ServerPort), other);
        probes.Watch(run, network.NodeA, network.NodeB, new IPEndPoint(IPAddress.Parse(network.Addresses.NodeB), KubeletPort));
        return probes;
    }

    /// <summary>The probes that are under way are the last.</summary>
    public void Finish()
    {
        foreach (var client in clients)
            client.Finish();
        Dispose();
    }

    public void Dispose()
    {
        foreach (var client in clients)
            client.Dispose();
        foreach (var server in servers)
            server.Dispose();
    }

    /// <summary>The client's requests over the other IP version; null unless the network is dual-stack.</summary>
    public RequestClient? Beside { get; private set; }

    private RequestClient Watch(PodRun run, NetworkNamespace from, NetworkNamespace at, IPEndPoint to, IPEndPoint? by = null)
    {
        servers.Add(TrafficServer.Start(at, to, new ServerOptions()));
        var client = RequestClient.Start(run, new RequestOptions
        {
            From = from, To = by ?? to, For = Limit, KeepAlive = false, Pause = Every, Patience = TimeSpan.FromSeconds(1), RequestBytes = 120, AnswerBytes = 180,
        });
        clients.Add(client);
        return client;
    }
}
