namespace Whydrop.Evidence.Cluster;

/// <summary>A setting of the pod network that an object of the cluster states.</summary>
/// <param name="Plugin">"calico", "flannel", "cilium", "kube-router".</param>
/// <param name="Name">
/// "mtu" (bytes; 0 or "auto" when the plugin finds it itself), "encapsulation" ("vxlan", "geneve", "ipip", "wireguard", "host-gw", "none", …), "pod-network" (a prefix),
/// "bgp" ("true", "false"), "bgp-graceful-restart" ("true", "false").
/// </param>
/// <param name="Value">As written there, in lower case.</param>
public sealed record CniSetting(VantagePoint At, Provenance From, string Plugin, string Name, string Value) : Fact(At, From);
