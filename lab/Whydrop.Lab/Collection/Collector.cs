using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Collection;

/// <summary>Writes a case: one folder per host, captures per interface, counters before and after.</summary>
public sealed class Collector
{
    private readonly LabRun run;
    private readonly List<(NetworkNamespace Host, bool Ipv6)> dumped = [];
    private readonly List<PacketCapture> captures = [];

    /// <summary>A collector for the run's case folder.</summary>
    public Collector(LabRun run) => this.run = run;

    /// <summary>Dumps a host: its counters now and at the end, its tables at the end.</summary>
    public void Dump(NetworkNamespace host, bool ipv6)
    {
        dumped.Add((host, ipv6));
        NodeDump.TakeCounters(host, Folder(host), "1-before");
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
        foreach (var (host, ipv6) in dumped)
        {
            NodeDump.TakeCounters(host, Folder(host), "2-after");
            NodeDump.TakeTables(host, Folder(host), ipv6);
        }
    }

    private string Folder(NetworkNamespace host) => Directory.CreateDirectory(Path.Combine(run.CaseDirectory, host.Label)).FullName;
}
