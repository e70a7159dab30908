namespace Whydrop.Lab.Topologies.Pods;

/// <summary>Connection tracking on the nodes, and the Service's rules on node-a as kube-proxy's nftables mode writes them.</summary>
internal static class PodService
{
    /// <summary>Makes both nodes track what they forward.</summary>
    public static void Track(PodNetwork network)
    {
        foreach (var node in (Namespaces.NetworkNamespace[])[network.NodeA, network.NodeB])
        {
            node.Feed(
                """
                table inet filter {
                  chain forward {
                    type filter hook forward priority filter; policy accept;
                    ct state established,related counter accept
                    ct state invalid counter
                    ct state new counter accept
                  }
                }
                """,
                "nft",
                "-f",
                "-");
        }
    }

    /// <summary>Loads the Service of one IP version.</summary>
    public static void Publish(PodNetwork network, PodAddresses a)
    {
        var names = network.Names;
        var ip = a.Ipv6 ? "ip6" : "ip";
        Pod[] endpoints = [network.ServerPod, .. network.Server2 is { } second ? [second] : Array.Empty<Pod>()];
        string To(string address) => a.Ipv6 ? $"[{address}]:{names.ServerPort}" : $"{address}:{names.ServerPort}";
        var choice = endpoints.Length == 1
            ? $"goto endpoint-{endpoints[0].Space.Label}"
            : $"numgen random mod {endpoints.Length} vmap {{ {string.Join(", ", endpoints.Select((p, i) => $"{i} : goto endpoint-{p.Space.Label}"))} }}";
        var chains = string.Join('\n', endpoints.Select(p => $$"""
              chain endpoint-{{p.Space.Label}} {
                {{ip}} saddr {{network.AddressOf(p, a)}} counter meta mark set meta mark or 0x4000
                meta l4proto tcp counter dnat to {{To(network.AddressOf(p, a))}}
              }
            """));
        network.NodeA.Feed(
            $$"""
            table {{ip}} kube-proxy {
            {{chains}}
              chain service-default-{{names.Server}} {
                {{choice}}
              }
              chain external-default-{{names.Server}} {
                meta mark set meta mark or 0x4000
                goto service-default-{{names.Server}}
              }
              chain services {
                {{ip}} daddr {{a.ClusterIp}} tcp dport {{names.ServicePort}} counter {{(network.Options.MasqueradeAll ? "goto external" : "goto service")}}-default-{{names.Server}} comment "default/{{names.Server}}:main"
                {{ip}} daddr {{a.NodeA}} tcp dport {{names.NodePort}} counter goto external-default-{{names.Server}} comment "default/{{names.Server}}:main"
              }
              chain nat-prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                jump services
              }
              chain nat-output {
                type nat hook output priority -100; policy accept;
                jump services
              }
              chain nat-postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                meta mark & 0x4000 == 0x4000 counter masquerade
              }
            }
            """,
            "nft",
            "-f",
            "-");
        if (network.Balancer is { } balancer)
        {
            balancer.Feed(
                $$"""
                table {{ip}} lb {
                  chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    {{ip}} daddr {{a.Balancer}} tcp dport {{names.ServicePort}} counter dnat to {{(a.Ipv6 ? $"[{a.NodeA}]" : a.NodeA)}}:{{names.NodePort}}
                  }
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    ct status dnat counter masquerade
                  }
                }
                """,
                "nft",
                "-f",
                "-");
        }
    }
}
