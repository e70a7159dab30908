namespace Whydrop.Lab.Topologies;

/// <summary>The service's rules on the forwarding node: NodePort to pod (DNAT), and masquerading (SNAT) as kube-proxy does for traffic that came from outside.</summary>
public static class NodePortService
{
    /// <summary>Loads the rules.</summary>
    public static void Publish(NodePortCluster cluster)
    {
        var a = cluster.Service;
        var family = a.IsIpv6 ? "ip6" : "ip";
        var pod = a.IsIpv6 ? $"[{a.Pod}]" : a.Pod;
        cluster.ForwardingNode.Feed(
            $$"""
            table {{family}} kube-proxy {
              chain nat-prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                {{family}} daddr {{a.ForwardingNode}} tcp dport {{NodePortCluster.NodePort}} counter meta mark set meta mark or 0x4000 dnat to {{pod}}:{{NodePortCluster.PodPort}} comment "shop/backend:http"
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
    }
}
