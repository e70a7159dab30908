using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Tests;

public sealed class SectionTests
{
    [Theory]
    [InlineData("$ ip addr", "ip addr")]
    [InlineData("[root@node-1 ~]# netstat -s", "netstat -s")]
    [InlineData("root@node-1:/home/x# ip -d link", "ip -d link")]
    [InlineData("user@host ~ % ip r", "ip r")]
    [InlineData("bash-4.2# sysctl -a", "sysctl -a")]
    [InlineData("/ # ip a", "ip a")]
    [InlineData("~ $ ip a", "ip a")]
    [InlineData("### ip route ###", "ip route")]
    [InlineData("### ip route", "ip route")]
    [InlineData("+ ip -d link", "ip -d link")]
    [InlineData("++ /sbin/ip -d link", "ip -d link")]
    [InlineData("==== ip a ====", "ip a")]
    [InlineData("----- netstat -s -----", "netstat -s")]
    [InlineData("Command: /usr/sbin/ip -s link", "ip -s link")]
    [InlineData("# sudo ip rule", "ip rule")]
    [InlineData("ip route get 10.0.0.1", "ip route get 10.0.0.1")]
    [InlineData("netstat -s:", "netstat -s")]
    public void A_command_line_is_known_for_one(string line, string command)
    {
        Assert.True(Prompt.Is(line, out var parsed, out _));
        Assert.Equal(command, string.Join(' ', parsed!.Words).TrimEnd(':'));
    }

    [Theory]
    [InlineData("#kernel")]
    [InlineData("2: eth0: <UP> mtu 1500")]
    [InlineData("default via 10.0.0.1 dev eth0")]
    [InlineData("    ip tunnel")]
    [InlineData("net.ipv4.ip_forward = 1")]
    [InlineData("Ip:")]
    [InlineData("TcpExt: SyncookiesSent")]
    [InlineData("[{\"ifname\":\"lo\"}]")]
    [InlineData("? (10.0.0.1) at 02:00:00:00:00:01 [ether] on eth0")]
    [InlineData("[12345.678901] eth0: link up")]
    [InlineData("ip6tnl0  Link encap:UNSPEC")]
    [InlineData("route to nowhere is closed")]
    public void A_line_of_output_is_not(string line) => Assert.False(Prompt.Is(line, out _, out _));

    [Theory]
    [InlineData("$ ip netns exec cni-1 ip addr", "node-a", "cni-1")]
    [InlineData("$ sudo ip -n blue addr", "node-a", "blue")]
    [InlineData("$ kubectl exec web-0 -- ip addr", "node-a", "web-0")]
    [InlineData("$ kubectl -n shop exec -it deploy/web -c app -- ip addr", "node-a", "web")]
    [InlineData("$ kubectl exec -n shop web-1 -- sh -c \"ip addr\"", "node-a", "web-1")]
    [InlineData("$ docker exec -it web ip addr", "node-a", "web")]
    [InlineData("$ nsenter -t 4711 -n ip addr", "node-a", "pid 4711")]
    [InlineData("$ nsenter --net=/var/run/netns/cni-7 ip addr", "node-a", "cni-7")]
    [InlineData("netns: green", "node-a", "green")]
    [InlineData("$ ssh root@node-b ip addr", "node-b", null)]
    [InlineData("node-c | CHANGED | rc=0 >>", "node-c", null)]
    [InlineData("$ ip addr", "node-a", null)]
    public void A_wrapper_names_the_place(string prompt, string node, string? netns)
    {
        var link = Assert.Single(Reading.Of($"{prompt}\n2: eth0: <UP> mtu 1500 qdisc noqueue state UP\n").All<NetworkInterface>());
        Assert.Equal(new VantagePoint(node, netns, "eth0"), link.At);
    }

    [Fact]
    public void The_place_holds_for_its_own_output_only()
    {
        var reading = Reading.Of("$ ip netns exec a ip addr\n2: eth0: <UP> mtu 1500\n$ ip addr\n3: eth1: <UP> mtu 1500\n");
        Assert.Equal("a", reading.Link("eth0").At.Netns);
        Assert.Null(reading.Link("eth1").At.Netns);
    }

    [Fact]
    public void What_is_not_recognised_is_a_gap_with_its_lines()
    {
        var reading = Reading.Of("$ date\nThu Feb 29 10:00:00 UTC 2024\n$ ip rule\n0:\tfrom all lookup local\n\n$ lsmod\nModule Size Used\nipip 20480 0\n$ exit\n");
        Assert.Single(reading.All<RoutingRule>());
        var gap = Assert.Single(reading.Gaps);
        Assert.Equal(GapKind.Unrecognised, gap.Kind);
        Assert.Equal(7, gap.From.Line);
        Assert.Contains("lines 7–8", gap.Reason, StringComparison.Ordinal);
        Assert.Contains("lsmod", gap.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_named_in_the_text_is_the_subject()
    {
        var reading = Reading.Of("==> /proc/sys/net/ipv4/tcp_rmem <==\n4096\t131072\t6291456\n\n==> /proc/sys/net/core/somaxconn <==\n4096\n$ cat /proc/sys/net/ipv4/ip_forward\n1\n").WithoutGaps();
        Assert.Equal(
            [("net.ipv4.tcp_rmem", "4096 131072 6291456"), ("net.core.somaxconn", "4096"), ("net.ipv4.ip_forward", "1")],
            reading.All<Sysctl>().Select(s => (s.Key, s.Value)));
        Assert.Equal(2, reading.All<Sysctl>()[0].From.Line);
    }

    [Fact]
    public void Two_dumps_of_the_same_counters_in_one_text_are_both_read()
    {
        var reading = Reading.Of(Samples.NetstatStatistics + "\n" + Samples.NetstatStatistics.Replace("136 segments", "140 segments", StringComparison.Ordinal));
        Assert.Equal([136, 140], reading.All<Counter>().Where(c => c.Name == "Tcp.RetransSegs").Select(c => c.Value));
    }

    [Fact]
    public void Remarks_of_kubectl_are_no_part_of_the_output()
    {
        var reading = Reading.Of("Defaulted container \"app\" out of: app, sidecar\n0:\tfrom all lookup local\ncommand terminated with exit code 1\n").WithoutGaps();
        Assert.Single(reading.All<RoutingRule>());
    }
}
