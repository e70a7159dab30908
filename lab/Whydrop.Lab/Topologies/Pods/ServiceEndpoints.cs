using System.Globalization;

namespace Whydrop.Lab.Topologies.Pods;

/// <summary>Changes which endpoints the Service's rules on node-a choose from, as an update of kube-proxy would, or one that it missed.</summary>
public static class ServiceEndpoints
{
    /// <summary>An address of node-b's pod block that no pod has.</summary>
    public static string Gone(PodNetwork network) => Neighbour(network.Addresses.Server2);

    /// <summary>Rules of node-b for the same Service, as every node has them: they choose what is there.</summary>
    public static void PublishElsewhere(PodNetwork network)
    {
        var (names, six) = (network.Names, network.Options.Ipv6);
        var ip = six ? "ip6" : "ip";
        network.NodeB.Feed(
            $$"""
            table {{ip}} kube-proxy {
              chain endpoint-0-default-{{names.Server}} {
                meta l4proto tcp counter dnat to {{(six ? $"[{network.ServerPod.Address}]" : network.ServerPod.Address)}}:{{names.ServerPort}}
              }
              chain service-default-{{names.Server}} {
                numgen random mod 1 vmap { 0 : goto endpoint-0-default-{{names.Server}} }
              }
              chain services {
                {{ip}} daddr {{network.Addresses.ClusterIp}} tcp dport {{names.ServicePort}} counter goto service-default-{{names.Server}} comment "default/{{names.Server}}:main"
              }
              chain nat-prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                jump services
              }
            }
            """,
            "nft",
            "-f",
            "-");
    }

    /// <summary>Sends new connections to these addresses in turn at random.</summary>
    public static void Publish(PodNetwork network, params string[] addresses)
    {
        var (names, six) = (network.Names, network.Options.Ipv6);
        var ip = six ? "ip6" : "ip";
        var chains = addresses.Select((a, i) => $$"""
              chain endpoint-{{i}}-default-{{names.Server}} {
                {{ip}} saddr {{a}} counter meta mark set meta mark or 0x4000
                meta l4proto tcp counter dnat to {{(six ? $"[{a}]" : a)}}:{{names.ServerPort}}
              }
            """);
        var choice = string.Join(", ", addresses.Select((_, i) => $"{i} : goto endpoint-{i}-default-{names.Server}"));
        network.NodeA.Feed(
            $$"""
            flush chain {{ip}} kube-proxy service-default-{{names.Server}}
            {{string.Join('\n', Enumerable.Range(0, 4).Select(i => $"add chain {ip} kube-proxy endpoint-{i}-default-{names.Server}\nflush chain {ip} kube-proxy endpoint-{i}-default-{names.Server}"))}}
            table {{ip}} kube-proxy {
            {{string.Join('\n', chains)}}
              chain service-default-{{names.Server}} {
                numgen random mod {{addresses.Length}} vmap { {{choice}} }
              }
            }
            """,
            "nft",
            "-f",
            "-");
    }

    // The next address but nine: in the same block, and nobody's.
    private static string Neighbour(string address)
    {
        var cut = address.LastIndexOfAny(['.', ':']) + 1;
        return address.Contains(':', StringComparison.Ordinal)
            ? $"{address[..cut]}{int.Parse(address[cut..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) + 9:x}"
            : $"{address[..cut]}{int.Parse(address[cut..], CultureInfo.InvariantCulture) + 9}";
    }
}
