using System.Text.RegularExpressions;
using Whydrop.Lab.Collection;
using Whydrop.Lab.Injectors;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Pods;

/// <summary>What a <see cref="PodScenario"/> plays with: the network, the recorder, the truth, and the steps that most scenarios share.</summary>
public sealed class PodRun
{
    /// <summary>How long a segment that is on its way may take to arrive before the captures end.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(400);

    private Probes? probes;
    private long timeoutsBefore;

    internal PodRun(LabRun lab, LabSettings settings, PodNetwork network, Random random)
    {
        Lab = lab;
        Settings = settings;
        Network = network;
        Random = random;
        Evidence = EvidenceProfile.Named(settings.Word("evidence"));
        Recorder = new CaseRecorder(lab, network, Evidence, settings.Number("snaplen"));
    }

    /// <summary>The run: things given to <see cref="LabRun.Own{T}"/> end with it.</summary>
    public LabRun Lab { get; }

    /// <summary>The parameters.</summary>
    public LabSettings Settings { get; }

    /// <summary>The network.</summary>
    public PodNetwork Network { get; }

    /// <summary>Source of everything drawn, seeded by the parameter "seed".</summary>
    public Random Random { get; }

    /// <summary>What is collected.</summary>
    public EvidenceProfile Evidence { get; }

    /// <summary>Writes the case.</summary>
    public CaseRecorder Recorder { get; }

    /// <summary>The truth, filled in by the scenario.</summary>
    public TruthDraft Truth { get; } = new();

    /// <summary>How long the load runs.</summary>
    public TimeSpan Seconds => TimeSpan.FromSeconds(Settings.Number("seconds"));

    /// <summary>What became of the client's requests over IPv4, of which the scenario knows nothing; null unless the network is dual-stack. Known after <see cref="End"/>.</summary>
    public RequestReport? Beside { get; private set; }

    /// <summary>How often a retransmission timer ran out at an end while the case was collected: also where nothing is lost, when the machine holds everything back. Known after <see cref="End"/>.</summary>
    internal long Timeouts { get; private set; }

    /// <summary>The case is complete.</summary>
    internal bool Collected { get; private set; }

    /// <summary>Whether counters and tables of this host are in the case.</summary>
    public bool HasDumps(HostRole host) => Evidence.Dumped.Contains(host);

    /// <summary>Whether captures of this host are in the case.</summary>
    public bool HasCaptures(HostRole host) => Evidence.Captured.Contains(host);

    /// <summary>Whether any captures are in the case.</summary>
    public bool HasAnyCapture => Evidence.Captured.Count > 0;

    /// <summary>Whether captures of these hosts, and of no others, are in the case.</summary>
    public bool CapturedOnly(params HostRole[] hosts) => HasAnyCapture && Evidence.Captured.All(hosts.Contains);

    /// <summary>Whether all captures of the case stand on the server's side of the fabric.</summary>
    public bool CapturedBehindFabricOnly => CapturedOnly(HostRole.Server, HostRole.Server2, HostRole.ServerA, HostRole.NodeB);

    /// <summary>The server in the server pod, at <see cref="PodNetwork.ServerEndPoint"/>.</summary>
    public TrafficServer Serve(ServerOptions? options = null) => Serve(Network.ServerPod, options);

    /// <summary>The same in another pod.</summary>
    public TrafficServer Serve(Pod pod, ServerOptions? options = null) =>
        Lab.Own($"server in {pod.Space.Label}", TrafficServer.Start(pod.Space, new(System.Net.IPAddress.Parse(pod.Address), Network.Names.ServerPort), options ?? new ServerOptions()));

    /// <summary>Two small requests over the whole path: it works before it is broken, and neighbours are resolved.</summary>
    /// <exception cref="LabException">It does not work.</exception>
    public void WarmUp()
    {
        for (var i = 0; i < 2; i++)
        {
            var tried = RequestClient.Run(this, new RequestOptions { Count = 1, Patience = TimeSpan.FromSeconds(5) });
            if (tried.Failed > 0)
                throw new LabException($"the path {Network.Client.Label} -> {Network.Target} does not work before the fault is made: {tried.Failures[0]}");
        }

        Network.ForgetPathMetrics();
    }

    /// <summary>Says what is broken, and breaks it.</summary>
    public void Inject(IInjector injector) => Lab.Inject(injector);

    /// <summary>Starts the captures, takes the first reading, and lets the nodes probe their pods.</summary>
    public void Begin()
    {
        Lab.Report($"captures and first reading ({Evidence.Name})");
        Recorder.Begin();
        timeoutsBefore = TimeoutsOfEnds();
        probes = Lab.Own("probes", Probes.Start(this));
    }

    /// <summary>Lets what is on its way arrive, ends the captures and takes the second reading.</summary>
    public void End()
    {
        Lab.Pause(Settle);
        probes?.Finish();
        Beside = probes?.Beside?.SoFar();
        if (Beside is { } beside)
        {
            Truth.Figure("requestsAnsweredOverIpv4", beside.Answered);
            Truth.Figure("requestsFailedOverIpv4", beside.Failed);
        }

        Lab.Report("second reading");
        Timeouts = TimeoutsOfEnds() - timeoutsBefore;
        Recorder.End();
        Collected = true;
    }

    /// <summary>The log of a program on this host, in its folder of the case; silent when nothing of the host is collected.</summary>
    public AppLog Log(NetworkNamespace host, string program = "app") => LogFile(host, program) is { } file ? AppLog.To(file) : AppLog.Silent;

    /// <summary>The path of that log; null when nothing of the host is collected.</summary>
    public string? LogFile(NetworkNamespace host, string program = "app")
    {
        var role = Network.Hosts.FirstOrDefault(h => h.Space == host)?.Role;
        return role is { } known && (HasDumps(known) || HasCaptures(known)) ? Path.Combine(Recorder.Folder(host), $"{program}.log") : null;
    }

    /// <summary>Puts what the kernel says from now on into the case of a node as dmesg.txt, from the first to the last line that matches. The log is the machine's, so match names of this run.</summary>
    public void KeepKernelLog(NetworkNamespace node, Regex own)
    {
        if (!HasDumps(Network.Hosts.First(h => h.Space == node).Role))
            return;
        var log = KernelLog.FromNow();
        Recorder.AlsoSave(
            (folder, _) =>
            {
                var lines = log.Lines(own);
                if (lines.Count > 0)
                    File.WriteAllLines(Path.Combine(folder, "dmesg.txt"), lines);
            },
            node);
    }

    /// <summary>Puts the pressure files of the machine into both readings of a node. All runs of the machine show in them: only for faults that are about pressure.</summary>
    public void KeepPressure(NetworkNamespace node)
    {
        if (!HasDumps(Network.Hosts.First(h => h.Space == node).Role))
            return;
        Recorder.AlsoSave(
            (folder, moment) =>
            {
                foreach (var resource in (string[])["cpu", "memory", "io"])
                {
                    if (File.Exists($"/proc/pressure/{resource}"))
                        File.WriteAllText(Path.Combine(folder, $"proc-pressure-{resource}.{moment}.txt"), File.ReadAllText($"/proc/pressure/{resource}"));
                }
            },
            node);
    }

    /// <summary>Counters of a host, read straight from the kernel: for the truth, not for the case.</summary>
    public KernelCounters Counters(NetworkNamespace host) => KernelCounters.Read(host);

    /// <summary>Blames the fabric between the nodes: no host of the case; the neighbours of the fault are the nearest captured places on both sides of it.</summary>
    /// <param name="faultId">Catalogue id.</param>
    /// <param name="suspectable">What is collected shows a symptom that points to it; null: any capture does.</param>
    public void BlameFabric(string faultId, bool? suspectable = null)
    {
        Truth.Blame(faultId, at: null, confirmable: HasCaptures(HostRole.NodeA) && HasCaptures(HostRole.NodeB), suspectable: suspectable ?? HasAnyCapture);
        Truth.AlsoAt(Network.NodeA, HasCaptures(HostRole.NodeA) ? Network.Names.Uplink : null);
        Truth.AlsoAt(Network.NodeB, HasCaptures(HostRole.NodeB) ? Network.Names.Uplink : null);
        if (!HasCaptures(HostRole.NodeA))
            Truth.AlsoAt(Network.Client);
        if (!HasCaptures(HostRole.NodeB))
            Truth.AlsoAt(Network.Server);
    }

    /// <summary>Both nodes' uplinks are named truly: the last places that a user can see before and behind the fabric.</summary>
    public void AlsoAtFabricEnds()
    {
        Truth.AlsoAt(Network.NodeA, Network.Names.Uplink);
        Truth.AlsoAt(Network.NodeB, Network.Names.Uplink);
    }

    /// <summary>A capture on the sender's side of the fabric. From the receiver's side alone what was lost is a hole: when it was sent, of what size, and what stood in line before it, is not in the case.</summary>
    public bool WatchesSender(bool toServer) => toServer ? HasCaptures(HostRole.Client) || HasCaptures(HostRole.NodeA) : HasCaptures(HostRole.Server) || HasCaptures(HostRole.NodeB);

    /// <summary>Waits, and ends when the run is stopped.</summary>
    public void Pause(TimeSpan time) => Lab.Pause(time);

    private long TimeoutsOfEnds() => new[] { Network.Client, Network.Server }.Sum(host => Counters(host)["TcpExt.TCPTimeouts"]);
}
