using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Pods;

/// <summary>A fault on the standard topology. A scenario says what it needs of the network (<see cref="Shape"/>) and what happens (<see cref="Play"/>).</summary>
public abstract class PodScenario : LabScenario
{
    private IReadOnlyList<LabParameter>? parameters;

    /// <inheritdoc/>
    public override string Topology => "client pod -> node-a -> fabric -> node-b -> server pod";

    /// <inheritdoc/>
    public sealed override IReadOnlyList<LabParameter> Parameters =>
        parameters ??= [.. Own, .. Shared.Where(s => Own.All(o => o.Name != s.Name))];

    /// <summary>Parameters of this scenario. One with the name of a shared one (family, wiring, overlay, mtu, offload, evidence, seconds, snaplen, names, seed) takes its place.</summary>
    protected virtual IReadOnlyList<LabParameter> Own => [];

    private static IReadOnlyList<LabParameter> Shared { get; } =
    [
        LabParameter.Choice("family", "IP version; both: dual-stack, what happens is IPv6, and IPv4 goes on beside it without overlay", "4", "6", "both").Drawing("4", "4", "4", "6", "6", "6", "both"),
        LabParameter.Choice("wiring", "how pods hang on their node: host routes to cali…, or veth… in a bridge cni0", "routed", "bridge"),
        LabParameter.Choice("overlay", "between the nodes: none, the kernel's VXLAN, or IP-in-IP on tunl0", "none", "vxlan", "ipip"),
        LabParameter.Number("mtu", 1500, "MTU of the fabric and the nodes' uplinks, bytes", 1400, 9000).Drawing("1500", "1500", "1500", "1500", "1460", "1442", "1400", "9000"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "on", "off"),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "all", "all", "ends", "client", "server", "node-a", "node-b", "nodes", "counters", "captures"),
        LabParameter.Number("seconds", 3, "how long the load runs", 1, 60),
        LabParameter.Number("snaplen", 192, "bytes that captures keep of each frame", 96, 65535).Drawing(192, 300),
        LabParameter.Choice("names", "names of hosts and devices, addresses and ports: those of the documentation, or drawn by the seed", "plain", "varied"),
        LabParameter.Number("seed", 1, "seed of everything that is drawn", 0, int.MaxValue).Drawing(1, 1_000_000),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Need> Needs(LabSettings settings)
    {
        var needs = new List<Need>
        {
            Need.Root, Need.Tool("ip", "iproute2"), Need.Tool("nft", "nftables"), Need.Tool("tcpdump", "tcpdump"), Need.Tool("sysctl", "procps"),
            Need.Tool("netstat", "net-tools"), Need.Tool("timeout", "coreutils"), Need.Tool("conntrack", "conntrack"), Need.Tool("ethtool", "ethtool"),
        };
        if (settings.Word("overlay") == "ipip" || NeedsTun)
            needs.Add(Need.Tun);
        if (settings.Word("overlay") == "vxlan")
            needs.Add(Need.Tool("bridge", "iproute2"));
        return needs;
    }

    /// <summary>The scenario uses a middlebox whatever is set.</summary>
    protected virtual bool NeedsTun => false;

    /// <summary>Changes what the fault needs of the network; the user's settings are in it already.</summary>
    protected virtual void Shape(PodNetworkOptions options, LabSettings settings)
    {
    }

    /// <summary>Everything that happens on the built network: servers, warm-up, fault, collecting, load, truth.</summary>
    protected abstract void Play(PodRun run);

    /// <inheritdoc/>
    public sealed override Truth Make(LabRun run, LabSettings settings)
    {
        var random = new Random(settings.Number("seed"));
        var options = new PodNetworkOptions
        {
            Ipv6 = settings.Word("family") is "6" or "both",
            DualStack = settings.Word("family") == "both",
            Wiring = settings.Word("wiring") == "bridge" ? PodWiring.Bridge : PodWiring.Routed,
            Overlay = settings.Word("overlay") switch { "vxlan" => OverlayKind.Vxlan, "ipip" => OverlayKind.Ipip, _ => OverlayKind.None },
            UnderlayMtu = settings.Number("mtu"),
            Offload = settings.Word("offload") == "on",
            Names = settings.Word("names") == "varied" ? PodNames.Draw(random) : PodNames.Plain,
        };
        Shape(options, settings);
        run.Report($"building {Topology}");
        var played = new PodRun(run, settings, PodNetwork.Build(run, options), random);
        Play(played);
        if (!played.Collected)
            throw new LabException($"lab scenario {Name}: it collected nothing; call {nameof(PodRun.Begin)} and {nameof(PodRun.End)}");
        if (played.Evidence.Captured.Count == 0)
            played.Truth.Unprovable();
        if (Fault == "none")
            played.Truth.Expect(played.Timeouts == 0, $"retransmission timers ran out {played.Timeouts} times");
        return played.Truth.Finish(Name, settings);
    }
}
