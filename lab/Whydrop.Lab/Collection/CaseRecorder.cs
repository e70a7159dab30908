using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Collection;

/// <summary>Writes a case of a <see cref="PodNetwork"/>: a folder per host, captures per interface, two readings of everything that counts.</summary>
/// <param name="run">The run.</param>
/// <param name="network">What to collect from.</param>
/// <param name="profile">From which hosts, and what.</param>
/// <param name="snapLength">Bytes kept of each frame.</param>
public sealed class CaseRecorder(LabRun run, PodNetwork network, EvidenceProfile profile, int snapLength)
{
    private readonly List<PacketCapture> captures = [];
    private readonly List<(Action<string, string> Save, NetworkNamespace Host)> others = [];

    /// <summary>Changes how a device of a host is captured, or that it is not; null leaves it out. Set before <see cref="Begin"/>.</summary>
    public Func<PodHost, string, CapturePlan?> Plan { get; set; } = (_, device) => new CapturePlan(device);

    /// <summary>Something else to write at each reading, into the folder of a host; it is given the folder and the moment that belongs into the file's name.</summary>
    public void AlsoSave(Action<string, string> save, NetworkNamespace host) => others.Add((save, host));

    /// <summary>Starts the captures, then takes the first reading.</summary>
    public void Begin()
    {
        StartCaptures();
        Read("1-before", first: true);
    }

    /// <summary>Starts the captures only.</summary>
    public void StartCaptures()
    {
        var plans = network.Hosts.Where(h => profile.Captured.Contains(h.Role))
            .SelectMany(host => host.Devices.Select(device => (host, plan: Plan(host, device))))
            .Where(p => p.plan is not null)
            .DistinctBy(p => (p.host.Space, p.plan!.Device));
        InParallel(plans, p =>
        {
            run.Stop.ThrowIfCancellationRequested();
            var file = Path.Combine(Folder(p.host.Space), p.plan!.Device + ".pcap");
            var capture = PacketCapture.Start(p.host.Space, p.plan.Device, file, p.plan.SnapLength ?? snapLength, p.plan.Filter, p.plan.BufferKibibytes);
            lock (captures)
                captures.Add(run.Own($"tcpdump on {p.host.Space.Label}/{p.plan.Device}", capture));
        });
    }

    /// <summary>Stops the captures, then takes the second reading.</summary>
    public void End()
    {
        InParallel(captures, capture => capture.Dispose());
        Read("2-after", first: false);
    }

    /// <summary>Takes a reading of every dumped host at the same time.</summary>
    public void Read(string moment, bool first)
    {
        run.Stop.ThrowIfCancellationRequested();
        InParallel(network.Hosts.Where(h => profile.Dumped.Contains(h.Role)), host => HostDump.Take(host.Space, Folder(host.Space), moment, host.IsNode, Present(host), first));
        foreach (var (save, host) in others)
            save(Folder(host), moment);
    }

    /// <summary>The host's folder in the case.</summary>
    public string Folder(NetworkNamespace host) => Directory.CreateDirectory(Path.Combine(run.CaseDirectory, host.Label)).FullName;

    private static List<string> Present(PodHost host) => [.. host.Devices.Distinct(StringComparer.Ordinal)];

    /// <summary>On threads of their own: waiting for a tool must not hold the pool, and the first failure is the caller's.</summary>
    private static void InParallel<T>(IEnumerable<T> items, Action<T> body)
    {
        var failures = new List<Exception>();
        var threads = items.Select(item => new Thread(() =>
        {
            try
            {
                body(item);
            }
#pragma warning disable CA1031 // Carried to the caller's thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                lock (failures)
                    failures.Add(e);
            }
        })
        { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        if (failures.Count > 0)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures[0]);
    }
}
