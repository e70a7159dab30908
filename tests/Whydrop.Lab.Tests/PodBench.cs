using Whydrop.Lab.Collection;
using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Tests;

/// <summary>A pod network with a server and a middlebox, without scenario: for tests of the library's pieces.</summary>
internal sealed class PodBench : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("whydrop-lab-test-").FullName;
    private readonly LabRun lab;

    public PodBench(PodNetworkOptions options, ServerOptions? server = null, bool serveAll = true)
    {
        lab = LabRun.Start(Directory.CreateDirectory(Path.Combine(folder, "case")).FullName, null, CancellationToken.None);
        try
        {
            var shared = new Sample().Parameters;
            Run = new PodRun(lab, LabSettings.Parse(shared, []), PodNetwork.Build(lab, options), new Random(1));
            Server = Run.Serve(server);
            foreach (var other in new[] { Run.Network.Server2, Run.Network.ServerA }.OfType<Pod>().Where(_ => serveAll))
                Run.Serve(other, server);
            if (!options.Switched)
                Box = Middlebox.Insert(lab, Run.Network, seed: 7);
            Run.WarmUp();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public PodRun Run { get; } = null!;

    public Middlebox Box { get; } = null!;

    public TrafficServer Server { get; } = null!;

    public string Case => lab.CaseDirectory;

    /// <summary>Segments that left the client and those that reached the server, while the body ran.</summary>
    public (long Sent, long Arrived, Func<NetworkNamespace, string, long> Growth) Segments(Action body)
    {
        NetworkNamespace[] hosts = [Run.Network.Client, Run.Network.NodeB, Run.Network.Server];
        var before = hosts.ToDictionary(h => h, KernelCounters.Read);
        body();
        Thread.Sleep(300);
        var after = hosts.ToDictionary(h => h, KernelCounters.Read);
        long Growth(NetworkNamespace host, string counter) => after[host][counter] - before[host][counter];
        return (Growth(Run.Network.Client, "Tcp.OutSegs") + Growth(Run.Network.Client, "Tcp.RetransSegs"), Growth(Run.Network.Server, "Tcp.InSegs"), Growth);
    }

    /// <summary>Frames that match a pcap filter at the client and at the server while the body ran, counted by tcpdump.</summary>
    public (int AtClient, int AtServer) Frames(string filter, Action body)
    {
        var (client, server) = (Path.Combine(folder, "client.pcap"), Path.Combine(folder, "server.pcap"));
        using (PacketCapture.Start(Run.Network.Client, "eth0", client, 200))
        using (PacketCapture.Start(Run.Network.Server, "eth0", server, 200))
        {
            body();
            Thread.Sleep(300);
        }

        int Count(string file) => Tool.Run("tcpdump", ["-n", "-t", "-r", file, .. filter.Split(' ')]).OrThrow().Output.Split('\n').Count(l => l.StartsWith("IP", StringComparison.Ordinal));
        return (Count(client), Count(server));
    }

    public void Dispose()
    {
        lab.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Sample : PodScenario
    {
        public override string Name => "sample";

        public override string Summary => "";

        public override string Fault => "none";

        protected override void Play(PodRun run) => throw new InvalidOperationException("never played");
    }
}
