namespace Whydrop.Evidence.Stack;

/// <summary>One reading of one counter or gauge.</summary>
/// <param name="Name">Kernel spelling with its group: "TcpExt.PruneCalled", "Ip.FragFails", "Ip6.InTooBigErrors", "Icmp6.OutPktTooBigs", "Udp.InErrors"; for an interface "Link.RxPackets", "Link.TxDropped", "Link.TxCarrierErrors", …, and for its root queueing discipline "Qdisc.SentPackets", "Qdisc.Dropped", …; of a control group "Cgroup.cpu.stat.nr_throttled", of a device's driver "Ethtool.rx_missed_errors"; gauges of sockets "Sockstat.TCP.Mem", per-CPU backlogs "Softnet.Dropped".</param>
/// <param name="Value">The value printed.</param>
public sealed record Counter(VantagePoint At, Provenance From, string Name, long Value) : Fact(At, From)
{
    /// <summary>Path of the control group that counted, for "Cgroup.file.key"; "/" is the root of what was mounted: the machine, or the container itself when read inside it. Null when its files lay alone, and for all other counters.</summary>
    public string? ControlGroup { get; init; }
}
