namespace Whydrop.Evidence.Stack;

/// <summary>One setting of a network device (ethtool -k, -g, -i, -c, -l, ip -d link, and the device itself).</summary>
/// <param name="Group">"features", "ring", "driver", "coalesce", "channels", "link", "bridge" (as a port of one), "filter" (a program of tc: "ingress bpf").</param>
/// <param name="Key">As printed: "tcp-segmentation-offload", "RX" (current) and "RX maximum", "driver", "Speed".</param>
/// <param name="Value">As printed, "on [fixed]" too.</param>
public sealed record DeviceSetting(VantagePoint At, Provenance From, string Group, string Key, string Value) : Fact(At, From);
