namespace Whydrop.Lab.Collection;

/// <summary>How one interface is captured.</summary>
/// <param name="Device">Interface, or "any".</param>
/// <param name="Filter">pcap filter; empty for everything.</param>
/// <param name="SnapLength">Bytes kept of each frame; null: the run's.</param>
/// <param name="BufferKibibytes">Kernel buffer; a tiny one loses frames.</param>
public sealed record CapturePlan(string Device, string Filter = "", int? SnapLength = null, int BufferKibibytes = 4096);
