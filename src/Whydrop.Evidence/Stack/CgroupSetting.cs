namespace Whydrop.Evidence.Stack;

/// <summary>A limit or gauge of a control group; its counters are <see cref="Counter"/>s named "Cgroup.file.key".</summary>
/// <param name="Group">Path of the control group when known; null when the files lay alone.</param>
/// <param name="Key">File, with the key inside it when it has several: "cpu.max", "cpu.cfs_quota_us", "memory.max", "memory.current", "memory.stat.sock".</param>
/// <param name="Value">As printed: "50000 100000", "max", "1048576".</param>
public sealed record CgroupSetting(VantagePoint At, Provenance From, string? Group, string Key, string Value) : Fact(At, From);
