using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Layers;

/// <summary>The settings of every network stack that a case holds, side by side: pods, nodes, virtual machines.</summary>
/// <param name="Layers">The stacks, in the order of the columns.</param>
/// <param name="Rows">Differences that matter first, then other differences, then what is the same.</param>
public sealed record LayerTable(IReadOnlyList<VantagePoint> Layers, IReadOnlyList<LayerRow> Rows)
{
    private static readonly LayerSetting[] Settings =
    [
        LayerSetting.Sysctl("net.ipv4.tcp_congestion_control", "how fast a stack sends again after loss, and how large its bursts are: with the same path one stack overruns a queue or a receiver and the other does not. A pod takes it over from its node when it is made, not later"),
        LayerSetting.Sockets("congestion control in use", "programs may choose their own, whatever the default is", s => s.CongestionControl),
        LayerSetting.Sysctl("net.ipv4.tcp_rmem", "the largest receive buffer: what a stack can hold while its program does not read"),
        LayerSetting.Sysctl("net.ipv4.tcp_wmem", "the largest send buffer: how much is under way at once"),
        LayerSetting.Sysctl("net.core.rmem_max", "the limit of SO_RCVBUF"),
        LayerSetting.Sysctl("net.core.wmem_max", "the limit of SO_SNDBUF"),
        LayerSetting.Sysctl("net.ipv4.tcp_moderate_rcvbuf", "whether the receive buffer grows with the rate"),
        LayerSetting.Sysctl("net.ipv4.tcp_adv_win_scale", "which share of the receive buffer is promised as window"),
        LayerSetting.Sysctl("net.ipv4.tcp_window_scaling", "without it the window stays below 64 KiB"),
        LayerSetting.Sysctl("net.ipv4.tcp_sack", "without it one lost segment costs more than one retransmission"),
        LayerSetting.Sysctl("net.ipv4.tcp_timestamps", "12 bytes more in each segment, and no protection against old duplicates without them"),
        LayerSetting.Sysctl("net.ipv4.tcp_ecn", "marked or dropped: some boxes drop what carries ECN"),
        LayerSetting.Mtu("MTU", "what is larger than the narrowest device is cut or dropped there"),
        LayerSetting.Sysctl("net.ipv4.tcp_mtu_probing", "whether a stack finds out by itself that large segments do not pass (ICMP blocked)"),
        LayerSetting.Sysctl("net.ipv4.ip_no_pmtu_disc", "whether DF is set and ICMP \"fragmentation needed\" is heeded"),
        LayerSetting.Queue("queueing discipline", "another queue drops earlier, later, or paces"),
        LayerSetting.Sysctl("net.core.default_qdisc", "the queue that new devices get"),
        LayerSetting.Feature("tcp-segmentation-offload", "with it the device cuts segments: captures show super-packets, and faults of the driver show in one layer only"),
        LayerSetting.Feature("generic-segmentation-offload", "with it segments are cut late: captures show super-packets"),
        LayerSetting.Feature("generic-receive-offload", "with it segments are joined before TCP sees them: fewer, larger entries in the receive queue"),
        LayerSetting.Feature("large-receive-offload", "it joins segments in a way that must not be forwarded"),
        LayerSetting.Feature("tx-checksumming", "checksums made by the device are wrong in captures, and wrong in truth where a tunnel breaks them"),
        LayerSetting.Sysctl("net.ipv4.tcp_keepalive_time", "idle connections outlive the time-out of a firewall or balancer, or do not"),
        LayerSetting.Sysctl("net.ipv4.tcp_keepalive_intvl", "how soon a dead peer is noticed"),
        LayerSetting.Sysctl("net.ipv4.tcp_keepalive_probes", "how soon a dead peer is noticed"),
        LayerSetting.Sysctl("net.ipv4.tcp_retries2", "how long a stack goes on sending into silence"),
        LayerSetting.Sysctl("net.ipv4.tcp_syn_retries", "how long opening a connection is tried"),
        LayerSetting.Sysctl("net.ipv4.tcp_synack_retries", "how long opening a connection is tried"),
        LayerSetting.Sysctl("net.ipv4.tcp_slow_start_after_idle", "whether a connection starts slowly again after a pause"),
        LayerSetting.Sysctl("net.ipv4.tcp_tw_reuse", "whether ports in TIME-WAIT are used again"),
        LayerSetting.Sysctl("net.ipv4.ip_local_port_range", "how many connections one destination can have"),
        LayerSetting.Sysctl("net.ipv4.tcp_fin_timeout", "how long half-closed connections are kept"),
        LayerSetting.Sysctl("net.core.somaxconn", "the longest accept queue"),
        LayerSetting.Sysctl("net.ipv4.tcp_max_syn_backlog", "the longest queue of half-open connections"),
        LayerSetting.Sysctl("net.ipv4.tcp_recovery", "how loss is told from reordering"),
    ];

    /// <summary>Null when fewer than two stacks have settings to compare.</summary>
    public static LayerTable? Of(FactSet facts)
    {
        var layers = facts.All.Where(f => f is Sysctl or NetworkInterface or DeviceSetting or QueueDiscipline or SocketState).GroupBy(f => f.At.Stack)
            .Where(l => (l.Key.Node is not null || l.Key.Netns is not null) && l.Any(f => f is Sysctl or NetworkInterface or DeviceSetting))
            .OrderBy(l => l.Key.Node, StringComparer.Ordinal).ThenBy(l => l.Key.Netns, StringComparer.Ordinal).Select(l => (At: l.Key, Own: new FactSet(l))).ToArray();
        if (layers.Length < 2)
        {
            return null;
        }

        var rows = Settings.Select(s => Row(s, layers)).OfType<LayerRow>().ToArray();
        return rows.Length == 0 ? null : new LayerTable([.. layers.Select(l => l.At)], [.. rows.OrderBy(r => r.Matters ? 0 : r.Differs ? 1 : 2)]);
    }

    private static LayerRow? Row(LayerSetting setting, (VantagePoint At, FactSet Own)[] layers)
    {
        var readings = Array.ConvertAll(layers, l => setting.Read(l.Own));
        var found = readings.OfType<LayerSetting.Reading>().ToArray();
        if (found.Length < 2)
        {
            return null;
        }

        var matters = found.Select(r => r.Compared).OfType<string>().Distinct(StringComparer.Ordinal).Count() > 1;
        var differs = matters || found.Select(r => r.Shown).Distinct(StringComparer.Ordinal).Count() > 1;
        return new LayerRow(setting.Name, [.. readings.Select(r => r?.Shown)], differs, matters ? setting.Why : "", [.. found.Select(r => r.From)]);
    }
}
