using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class NeighbourTests
{
    [Fact]
    public void Ip_neigh()
    {
        Assert.Equal(
            ["ens3 10.6.0.1 fa:16:3e:45:1a:44 REACHABLE", "ens3 10.6.0.9  INCOMPLETE", "ens3 fe80::1 00:2a:6a:65:c3:c2 STALE", "ens3 10.6.0.8  FAILED"],
            Short(Reading.Of(Samples.IpNeigh).WithoutGaps()));
        Assert.Equal(["eth0 192.0.2.1 02:fc:00:00:00:05 STALE", "eth0 fd00::1  FAILED"], Short(Reading.Of(Samples.IpNeighJson).WithoutGaps()));
    }

    [Theory]
    [InlineData("172.17.0.18 FAILED", " 172.17.0.18  FAILED")]
    [InlineData("10.0.0.2 dev gre1 lladdr 192.0.2.9 PERMANENT", "gre1 10.0.0.2 192.0.2.9 PERMANENT")]
    [InlineData("10.0.0.2 dev eth0 lladdr 02:00:00:00:00:02 STALE extern_learn ", "eth0 10.0.0.2 02:00:00:00:00:02 STALE")]
    [InlineData("fe80::9 dev eth0 used 0/0/0 probes 3 FAILED", "eth0 fe80::9  FAILED")]
    public void Single_entries(string line, string expected) => Assert.Equal([expected], Short(Reading.Of(line + "\n").WithoutGaps()));

    [Fact]
    public void Arp_tells_resolved_or_not()
    {
        Assert.Equal(
            ["eth0 192.0.2.1 02:fc:00:00:00:05 VALID", "eth0 192.0.2.7 02:fc:00:00:00:07 PERMANENT", "eth0 192.0.2.9  INCOMPLETE"], Short(Reading.Of(Samples.Arp).WithoutGaps()));
        Assert.Equal(["eth0 192.0.2.1 02:fc:00:00:00:05 VALID", "eth0 192.0.2.9  INCOMPLETE"], Short(Reading.Of(Samples.ArpListed).WithoutGaps()));
        Assert.Equal(["eth0 192.0.2.1 02:fc:00:00:00:05 VALID", "eth0 192.0.2.9  INCOMPLETE"], Short(Reading.Of(Samples.ProcArp).WithoutGaps()));
    }

    [Theory]
    [InlineData("Address                  HWtype  HWaddress           Flags Mask            Iface\n10.9.0.77                *       <from_interface>    MP                    v0\n")]
    [InlineData("? (10.9.0.1) at 02:00:00:00:00:01 [ether] on v0\n? (10.9.0.77) at <from_interface> PERM PUB on v0\n")]
    [InlineData("IP address       HW type     Flags       HW address            Mask     Device\n10.9.0.77        0x1         0xc         00:00:00:00:00:00     *        v0\n")]
    [InlineData("10.9.0.77 dev v0  proxy\n")]
    public void A_proxy_entry_is_no_neighbour(string text)
    {
        var reading = Reading.Of(text);
        Assert.DoesNotContain(reading.All<Neighbour>(), n => n.Address.ToString() == "10.9.0.77");
        Assert.Contains("proxy", Assert.Single(reading.Gaps).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_without_state_is_a_gap()
    {
        var reading = Reading.Of(Samples.IpNeigh + "10.6.0.3 dev ens3 lladdr\n");
        Assert.Equal(4, reading.All<Neighbour>().Count);
        Assert.Equal(GapKind.Malformed, Assert.Single(reading.Gaps).Kind);
    }

    private static IEnumerable<string> Short(Reading reading) => reading.All<Neighbour>().Select(n => $"{n.At.Interface} {n.Address} {n.Mac} {n.State}");
}
