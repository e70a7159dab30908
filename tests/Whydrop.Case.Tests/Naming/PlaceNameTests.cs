using Whydrop.Case.Naming;
using Whydrop.Evidence;

namespace Whydrop.Case.Tests.Naming;

public class PlaceNameTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("node-a", "node-a", null)]
    [InlineData("n920e1nodap0050", "n920e1nodap0050", null)]
    [InlineData("pod-x", "pod-x", null)]
    [InlineData("node-a/netns-web", "node-a", "web")]
    [InlineData("node-a/pod-7f", "node-a", "pod-7f")]
    [InlineData("node-a/pods/web-0", "node-a", "web-0")]
    [InlineData("netns-web", null, "web")]
    [InlineData("node-a/before", "node-a", null)]
    [InlineData("before/node-a", "node-a", null)]
    [InlineData("2024-05-01T10:15:00Z/node-a", "node-a", null)]
    [InlineData("captures", null, null)]
    [InlineData("pod", "pod", null)]
    [InlineData("node", "node", null)]
    [InlineData("host", "host", null)]
    [InlineData("before/pod", "pod", null)]
    [InlineData("node-a/pod/web-0", "node-a", "web-0")]
    [InlineData("pods/web-0", null, "web-0")]
    [InlineData("sosreport-n1/sos_commands/networking/namespaces/web", "sosreport-n1", "web")]
    [InlineData("sos_commands/networking", null, null)]
    [InlineData("t0", null, null)]
    [InlineData("node-a/captures/eth0", "node-a", null)]
    public void FoldersNamePlaces(string folders, string? node, string? netns)
    {
        var at = PlaceName.Of(folders.Split('/', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(new VantagePoint(node, netns), at);
    }

    [Theory]
    [InlineData("ip_netns_exec_web_ip_address_show", "web")]
    [InlineData("ip_netns_exec_qrouter-1f_a_netstat_-s", "qrouter-1f_a")]
    [InlineData("ip_netns_exec_web_ss_-peaonmi", "web")]
    [InlineData("ip_netns", null)]
    [InlineData("ip_-d_address", null)]
    public void SosreportNamesTheNamespaceInTheFileName(string file, string? netns) => Assert.Equal(netns, PlaceName.NetnsInFileName(file));

    [Theory]
    [InlineData("bond0.pcap", "bond0")]
    [InlineData("node3-cali12ab.pcap.1", "cali12ab")]
    [InlineData("eth0.100.pcap", "eth0.100")]
    [InlineData("ens160.pcap.gz", "ens160")]
    [InlineData("tunl0_after.pcapng", "tunl0")]
    [InlineData("wk-node-enp0s31f6-2024.pcap3", "enp0s31f6")]
    [InlineData("vxlan.calico.pcap", "vxlan.calico")]
    [InlineData("vxlan-v6.calico.pcap", "vxlan-v6.calico")]
    [InlineData("node3-wg-v6.cali.pcap", "wg-v6.cali")]
    [InlineData("br-3f2a.pcap", "br-3f2a")]
    [InlineData("capture.pcap", null)]
    [InlineData("before-fix.pcap", null)]
    [InlineData("slow-login.pcap", null)]
    public void FileNamesNameDevices(string file, string? device) => Assert.Equal(device, InterfaceName.In(file, []));

    [Fact]
    public void TheLongestKnownNameWins() => Assert.Equal("my-eth0", InterfaceName.In("node-my-eth0-1.pcap", ["eth0", "my-eth0", "lo"]));

    [Fact]
    public void AKnownNameInsideAWordDoesNotCount() => Assert.Null(InterfaceName.In("hello.pcap", ["lo"]));

    [Theory]
    [InlineData("netstat-after.txt", "netstat-before.txt", 1)]
    [InlineData("before/netstat.txt", "after/netstat.txt", -1)]
    [InlineData("s-2024-05-01T10:00:00.txt", "s-2024-05-01T09:59:59.txt", 1)]
    [InlineData("1714557600.txt", "1714557601.txt", -1)]
    [InlineData("a.txt", "b.txt", 0)]
    [InlineData("frontend.txt", "backend.txt", 0)]
    public void WordsAndTimesStateAnOrder(string left, string right, int order) => Assert.Equal(order, Math.Sign(MomentName.CompareStated(left, right)));

    [Theory]
    [InlineData("t2.txt", "t10.txt", -1)]
    [InlineData("t1.txt", "t0.txt", 1)]
    [InlineData("dump-a", "dump-b", -1)]
    public void NumbersAreAWeakOrder(string left, string right, int order) => Assert.Equal(order, Math.Sign(MomentName.CompareLoosely(left, right)));
}
