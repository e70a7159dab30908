namespace Whydrop.Evidence.Stack;

/// <summary>What tcpdump said on its standard error when a capture began and ended. <see cref="Fact.At"/> carries the interface it listened on ("any" too).</summary>
/// <param name="LinkType">Name of the link type: "EN10MB", "LINUX_SLL2"; null when not printed.</param>
/// <param name="SnapshotLength">Bytes kept per packet; null when not printed.</param>
/// <param name="Captured">"packets captured": processed by tcpdump.</param>
/// <param name="ReceivedByFilter">"packets received by filter"; on Linux it includes those dropped by the kernel.</param>
/// <param name="DroppedByKernel">"packets dropped by kernel": matched the filter, lost for lack of buffer.</param>
/// <param name="DroppedByInterface">"packets dropped by interface"; null when not printed.</param>
public sealed record TcpdumpReport(
    VantagePoint At, Provenance From, string? LinkType, int? SnapshotLength, long? Captured, long? ReceivedByFilter, long? DroppedByKernel,
    long? DroppedByInterface) : Fact(At, From);
