namespace Whydrop.Evidence.Stack;

/// <summary>One reading of one counter or gauge.</summary>
/// <param name="Name">Kernel spelling with its group: "TcpExt.PruneCalled", "Ip.FragFails", "Ip6.InTooBigErrors", "Icmp6.OutPktTooBigs", "Udp.InErrors"; for an interface "Link.RxPackets", "Link.TxDropped", "Link.TxCarrierErrors", …, and for its root queueing discipline "Qdisc.SentPackets", "Qdisc.Dropped", ….</param>
/// <param name="Value">The value printed.</param>
public sealed record Counter(VantagePoint At, Provenance From, string Name, long Value) : Fact(At, From);
