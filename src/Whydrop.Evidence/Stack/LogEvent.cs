namespace Whydrop.Evidence.Stack;

/// <summary>A line of a kernel, system or application log that says something about the network or about who could not run.</summary>
/// <param name="Time">When; null when the log has no time that can be placed.</param>
/// <param name="Uptime">Time since boot, when that is all the log says.</param>
/// <param name="Kind">What it says, one of a fixed list: "oom-invoked", "oom-kill", "oom-reaped", "syn-flooding", "tcp-out-of-memory", "too-many-orphans", "conntrack-full", "neighbour-overflow", "martian-source", "link-down", "link-up", "tx-timeout", "time-wait-overflow", "too-many-files", "no-local-address", "duplicate-address", "bond", "nic-reset", "bpf", …</param>
/// <param name="Subject">What it is about: a process, device, address or port; null when not said.</param>
/// <param name="Text">The line without its time.</param>
/// <param name="Details">Figures and names in it, by name: "pid", "cgroup", "rss", "victim", …</param>
public sealed record LogEvent(
    VantagePoint At, Provenance From, Timestamp? Time, TimeSpan? Uptime, string Kind, string? Subject, string Text, IReadOnlyDictionary<string, string> Details) : Fact(At, From)
{
    /// <summary>Key of <see cref="Details"/> that says which clock <see cref="Time"/> rests on, where it is not the clock on the wall.</summary>
    public const string Clock = "clock";

    /// <summary>Value of <see cref="Clock"/>: counted from boot (dmesg), and so off by more the longer the machine runs.</summary>
    public const string SinceBoot = "since-boot";
}
