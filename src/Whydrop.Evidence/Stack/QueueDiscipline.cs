namespace Whydrop.Evidence.Stack;

/// <summary>One queueing discipline or class of a device (tc qdisc, tc class).</summary>
/// <param name="Kind">"tbf", "htb", "fq_codel", "netem", "noqueue", "ingress", "clsact", …</param>
/// <param name="Handle">Its handle, "8001:", or class "1:10".</param>
/// <param name="Parent">"root", or the handle of its parent.</param>
/// <param name="Rate">Rate in bits per second; null when it has none.</param>
/// <param name="Burst">Burst in bytes.</param>
/// <param name="LimitBytes">Longest queue in bytes.</param>
/// <param name="LimitPackets">Longest queue in packets.</param>
/// <param name="Backlog">Bytes waiting when it was read.</param>
public sealed record QueueDiscipline(
    VantagePoint At, Provenance From, string Kind, string Handle, string Parent, long? Rate, long? Burst, long? LimitBytes, long? LimitPackets, long? Backlog) : Fact(At, From);
