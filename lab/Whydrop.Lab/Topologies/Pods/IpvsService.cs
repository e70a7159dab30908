using System.Net;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Topologies.Pods;

/// <summary>A Service of node-a by IPVS, as kube-proxy's ipvs mode makes it: its addresses on a dummy device, real servers behind it by NAT, masquerading for clients from outside.</summary>
public sealed class IpvsService
{
    private const string Device = "kube-ipvs0";
    private readonly PodNetwork network;

    private IpvsService(PodNetwork network, IPEndPoint address)
    {
        this.network = network;
        Address = address;
    }

    /// <summary>What scenarios with this service need.</summary>
    public static IReadOnlyList<Need> Needs { get; } = [Need.Module("ip_vs"), Need.Module("dummy"), Need.Tool("ipvsadm", "ipvsadm")];

    /// <summary>Where clients connect to: the ClusterIP from a pod, the NodePort from outside.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Publishes the server pods. The network must have been built without a Service of its own.</summary>
    public static IpvsService Publish(PodNetwork network)
    {
        var (names, a, node) = (network.Names, network.Addresses, network.NodeA);
        var service = new IpvsService(network, network.Options.ExternalClient
            ? new IPEndPoint(IPAddress.Parse(a.NodeA), names.NodePort)
            : new IPEndPoint(IPAddress.Parse(a.ClusterIp), names.ServicePort));
        node.IpLines($"link add {Device} type dummy", $"addr add {a.ClusterIp}/{a.HostBits} dev {Device}{a.AtOnce}");
        service.Ipvsadm("-A", "-t", $"{service.Address}", "-s", "rr");
        // These exist from the first use of IPVS in the namespace on. kube-proxy needs the first for masquerading.
        node.Sysctl("net.ipv4.vs.conntrack=1");
        foreach (var pod in new[] { network.ServerPod, network.Server2 }.OfType<Pod>())
            service.Ipvsadm("-a", "-t", $"{service.Address}", "-r", service.RealServer(pod), "-m", "-w", "1");
        var ip = network.Options.Ipv6 ? "ip6" : "ip";
        node.Feed(
            $$"""
            table {{ip}} kube-proxy {
              chain prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                {{ip}} daddr {{a.NodeA}} tcp dport {{names.NodePort}} counter meta mark set meta mark or 0x4000
              }
              chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                meta mark & 0x4000 == 0x4000 counter masquerade
              }
            }
            """,
            "nft",
            "-f",
            "-");
        return service;
    }

    /// <summary>Settings of IPVS: connections reuse a source port; a server that is gone ends its connections.</summary>
    public void Configure(int connReuseMode, bool expireNoDestination) =>
        network.NodeA.Sysctl($"net.ipv4.vs.conn_reuse_mode={connReuseMode}", $"net.ipv4.vs.expire_nodest_conn={(expireNoDestination ? 1 : 0)}");

    /// <summary>Gives a server no more new connections; what is known of it stays, as kube-proxy does while a pod terminates.</summary>
    public void Drain(Pod pod) => Ipvsadm("-e", "-t", $"{Address}", "-r", RealServer(pod), "-m", "-w", "0");

    /// <summary>One small request for each server: the service works before it is broken, and neighbours are resolved.</summary>
    /// <exception cref="LabException">It does not work.</exception>
    public void WarmUp(PodRun run)
    {
        for (var i = 0; i < 2; i++)
        {
            var tried = RequestClient.Run(run, new RequestOptions { To = Address, Count = 1, Patience = TimeSpan.FromSeconds(5) });
            if (tried.Failed > 0)
                throw new LabException($"the path {network.Client.Label} -> {Address} does not work before the fault is made: {tried.Failures[0]}");
        }

        network.ForgetPathMetrics();
    }

    /// <summary>Saves the tables of IPVS as files of the case.</summary>
    public void Dump(string folder, string moment)
    {
        foreach (var (name, arguments) in ((string, string[])[])[("ipvsadm-Ln", ["-Ln"]), ("ipvsadm-Ln-stats", ["-Ln", "--stats"]), ("ipvsadm-Lnc", ["-Lnc"])])
            File.WriteAllText(Path.Combine(folder, $"{name}.{moment}.txt"), network.NodeA.Exec("ipvsadm", arguments));
    }

    private string RealServer(Pod pod) => $"{new IPEndPoint(IPAddress.Parse(pod.Address), network.Names.ServerPort)}";

    private void Ipvsadm(params string[] arguments) => network.NodeA.Exec("ipvsadm", arguments);
}
