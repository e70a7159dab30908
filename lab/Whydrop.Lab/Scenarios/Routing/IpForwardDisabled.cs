using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>Forwarding is switched off on a node, as hardening scripts do.</summary>
public sealed class IpForwardDisabled : NotForwarded
{
    public override string Name => "ip-forward-disabled";

    public override string Summary => "forwarding is switched off: what is addressed to pods is treated as addressed to nobody";

    public override string Fault => "ip-forward-disabled";


    protected override Func<long> Break(PodRun run, NetworkNamespace node)
    {
        node.Sysctl(run.Network.Options.Ipv6 ? "net.ipv6.conf.all.forwarding=0" : "net.ipv4.ip_forward=0");
        return () => run.Counters(node)[run.Network.Options.Ipv6 ? "Ip6InAddrErrors" : "Ip.InAddrErrors"];
    }
}
