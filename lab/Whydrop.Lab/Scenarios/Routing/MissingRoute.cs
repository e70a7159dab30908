using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>The client's node has no route to the server's pod block any more, and no default route.</summary>
public sealed class MissingRoute : NotForwarded
{
    public override string Name => "missing-route";

    public override string Summary => "no route leads to the pods of the other node; the node says so by ICMP, as far as its limit lets it";

    public override string Fault => "missing-route";

    protected override HostRole Role => HostRole.NodeA;

    protected override Func<long> Break(PodRun run, NetworkNamespace node)
    {
        var six = run.Network.Options.Ipv6;
        var family = six ? "-6 " : "";
        node.Ip($"{family}route del {run.Network.Addresses.BlockB}");
        if (node.Ip($"{family}route show default").Length > 0)
            node.Ip($"{family}route del default");
        return () => six ? run.Counters(node)["Ip6InNoRoutes"] : Extended(node);
    }

    protected override void AlsoTrue(PodRun run) =>
        run.Truth.Expect(run.Beside is null or { Failed: 0, Answered: > 0 }, "IPv4 suffers from a route that is missing for IPv6");

    private static long Extended(NetworkNamespace node)
    {
        var lines = node.Call(() => File.ReadAllLines("/proc/thread-self/net/netstat"));
        var names = Array.FindIndex(lines, l => l.StartsWith("IpExt: In", StringComparison.Ordinal));
        return long.Parse(lines[names + 1].Split(' ')[Array.IndexOf(lines[names].Split(' '), "InNoRoutes")]);
    }
}
