using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Collection;

/// <summary>Writes a case: one folder per host, captures per interface, counters before and after.</summary>
public sealed class Collector
{
    private readonly LabRun run;
    private readonly List<(NetworkNamespace Host, bool IsNode)> dumped = [];
    private readonly List<PacketCapture> captures = [];

    private readonly bool ipv6;

    /// <summary>A collector for the run's case folder; <paramref name="ipv6"/> adds the tables that the tools keep apart.</summary>
    public Collector(LabRun run, bool ipv6)
    {
        this.run = run;
        this.ipv6 = ipv6;
    }

    /// <summary>Dumps a host: its counters now and at the end, its tables at the end.</summary>
    public void Dump(NetworkNamespace host, bool isNode)
    {
        run.Stop.ThrowIfCancellationRequested();
        dumped.Add((host, isNode));
        NodeDump.TakeCounters(host, Folder(host), "1-before", isNode);
    }

    /// <summary>Captures on an interface from now to the end.</summary>
    public void Capture(NetworkNamespace host, string interfaceName, int snapLength, string filter = "")
    {
        run.Stop.ThrowIfCancellationRequested();
        var capture = PacketCapture.Start(host, interfaceName, Path.Combine(Folder(host), interfaceName + ".pcap"), snapLength, filter);
        captures.Add(run.Own($"tcpdump on {host.Label}/{interfaceName}", capture));
    }

    /// <summary>Stops the captures, then takes the second reading of the counters.</summary>
    public void Finish()
    {
        foreach (var capture in captures)
            capture.Dispose();
        foreach (var (host, isNode) in dumped)
        {
            NodeDump.TakeCounters(host, Folder(host), "2-after", isNode);
            NodeDump.TakeTables(host, Folder(host), ipv6);
        }
    }

    private string Folder(NetworkNamespace host) => Directory.CreateDirectory(Path.Combine(run.CaseDirectory, host.Label)).FullName;
}
