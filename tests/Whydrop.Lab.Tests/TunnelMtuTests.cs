namespace Whydrop.Lab.Tests;

/// <summary>The fault that the truth names is really in the captures and counters; and not in the healthy runs.</summary>
public sealed class TunnelMtuTests
{
    /// <summary>IP datagrams of 1450 bytes, as sent by the front end: IPv4 total length, or IPv6 payload length 1410.</summary>
    private const string Large4 = "ip[2:2]=1450";
    private const string Large6 = "ip6[4:2]=1410";

    [LabTheory]
    [InlineData("tunl0", "mtu=1440")]
    [InlineData("tunl0", "mtu=1410", "icmp=filtered-upstream")]
    [InlineData("vxlan.calico", "tunnel=vxlan", "offload=off")]
    [InlineData("tunl0", "underlay=6")]
    public void Large_datagrams_reach_the_node_and_never_its_tunnel(string device, params string[] settings)
    {
        using var folder = new CaseFolder();
        var truth = folder.Run([.. settings, "seconds=2"]).Truth;

        Assert.Equal(("pmtu-blackhole", "fwd-node", device, "confirmed"), (truth.Fault, truth.Node, truth.Interface, truth.Status));
        var arrived = folder.Count("fwd-node/eth0.pcap", Large4);
        Assert.True(arrived >= 4, $"{arrived} large datagrams arrived");
        Assert.Equal(arrived, folder.Count("front/eth0.pcap", Large4));
        Assert.Equal(0, folder.Count($"fwd-node/{device}.pcap", Large4));
        Assert.Equal(0, folder.Count("pod-backend-0/eth0.pcap", Large4));
        Assert.Equal(arrived, folder.Growth("fwd-node", "Ip", "FragFails"));
        Assert.Equal(arrived, truth.Figures["datagramsTooBig"]);
        Assert.Equal(0, folder.Count("front/eth0.pcap", "icmp[0]=3 and icmp[1]=4"));
    }

    [LabTheory]
    [InlineData("tunl0", "family=6")]
    [InlineData("tunl0", "family=6", "underlay=6")]
    [InlineData("vxlan-v6.calico", "family=6", "tunnel=vxlan")]
    public void The_same_over_ipv6(string device, params string[] settings)
    {
        using var folder = new CaseFolder();
        var truth = folder.Run([.. settings, "seconds=2"]).Truth;

        Assert.Equal(("pmtu-blackhole", device), (truth.Fault, truth.Interface));
        var arrived = folder.Count("fwd-node/eth0.pcap", Large6);
        Assert.True(arrived >= 4, $"{arrived} large datagrams arrived");
        Assert.Equal(0, folder.Count($"fwd-node/{device}.pcap", Large6));
        Assert.Equal(arrived, folder.Growth("fwd-node", "Ip6", "FragFails"));
        Assert.Equal(0, folder.Count("front/eth0.pcap", "icmp6 and ip6[40]=2"));
    }

    [LabTheory]
    [InlineData("tunl0", "mtu=1500")]
    [InlineData("tunl0", "mtu=1450", "offload=off")]
    [InlineData("vxlan.calico", "tunnel=vxlan", "mtu=1500")]
    public void A_healthy_run_delivers_every_large_datagram(string device, params string[] settings)
    {
        using var folder = new CaseFolder();
        var truth = folder.Run(settings).Truth;

        Assert.Null(truth.Fault);
        var sent = folder.Count("front/eth0.pcap", Large4);
        Assert.True(sent >= 4, $"{sent} large datagrams sent");
        Assert.Equal(sent, folder.Count($"fwd-node/{device}.pcap", Large4));
        Assert.Equal(sent, folder.Count("pod-backend-0/eth0.pcap", Large4));
        Assert.Equal(0, folder.Growth("fwd-node", "Ip", "FragFails"));
        Assert.Equal(0, folder.Count("front/eth0.pcap", "tcp[13]&4!=0"));
    }

    [LabFact]
    public void Large_answers_die_on_the_worker_node()
    {
        using var folder = new CaseFolder();
        var truth = folder.Run("direction=response", "seconds=2").Truth;

        Assert.Equal(("worker-node", "tunl0"), (truth.Node, truth.Interface));
        var left = folder.Count("pod-backend-0/eth0.pcap", Large4);
        Assert.True(left >= 4, $"{left} large datagrams left the pod");
        Assert.Equal(left, folder.Count("worker-node/cali7f3a9c1e0b2.pcap", Large4));
        Assert.Equal(0, folder.Count("worker-node/tunl0.pcap", Large4));
        Assert.Equal(left, folder.Growth("worker-node", "Ip", "FragFails"));
    }

    [LabTheory]
    [InlineData("family=4", "icmp[0]=3 and icmp[1]=4")]
    [InlineData("family=6", "icmp6 and ip6[40]=2")]
    public void With_icmp_let_through_the_sender_learns_and_nothing_stalls(string family, string tooBig)
    {
        using var folder = new CaseFolder();
        var truth = folder.Run(family, "icmp=open").Truth;

        Assert.Null(truth.Fault);
        Assert.Equal(0, truth.Figures["connectionsStalled"]);
        Assert.True(folder.Count("front/eth0.pcap", tooBig) > 0);
    }

    [LabFact]
    public void The_pattern_of_the_incident_is_on_the_wire()
    {
        using var folder = new CaseFolder();
        folder.Run("seconds=2", "connections=1", "small=0");

        // 4, 1398 and 1307 bytes behind 20 + 32 bytes of headers, all with DF.
        const string fromFront = "src host 10.209.30.21 and ip[6]&0x40!=0";
        // A slow machine may repeat a small one, so "at least".
        Assert.True(folder.Count("fwd-node/eth0.pcap", $"{fromFront} and ip[2:2]=56") >= 1);
        Assert.True(folder.Count("fwd-node/eth0.pcap", $"{fromFront} and ip[2:2]=1450") > 1);
        Assert.True(folder.Count("fwd-node/eth0.pcap", $"{fromFront} and ip[2:2]=1359") >= 1);
        var second = folder.Count("pod-backend-0/eth0.pcap", "ip[2:2]=1359");
        Assert.True(second >= 1);
        // The encapsulated copy is on the same uplink, 20 bytes longer.
        Assert.Equal(second, folder.Count("fwd-node/eth0.pcap", "ip proto 4 and ip[2:2]=1379"));
    }

    [LabFact]
    public void Front_only_holds_one_capture_without_the_tunnel_side()
    {
        using var folder = new CaseFolder();
        var truth = folder.Run("seconds=2", "evidence=front-only").Truth;

        Assert.Equal("suspected", truth.Status);
        Assert.Equal(["fwd-node/eth0.pcap"], Directory.EnumerateFiles(folder.Case, "*.pcap", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder.Case, f)));
        Assert.Equal(0, folder.Count("fwd-node/eth0.pcap", "not host 10.209.30.21"));
    }

    [LabFact]
    public void Captures_keep_headers_only_and_say_what_the_kernel_dropped()
    {
        using var folder = new CaseFolder();
        folder.Run("mtu=1500", "connections=1", "small=1");

        foreach (var capture in Directory.EnumerateFiles(folder.Case, "*.pcap", SearchOption.AllDirectories))
        {
            Assert.Contains("0 packets dropped by kernel", File.ReadAllText(Path.ChangeExtension(capture, ".tcpdump.txt")), StringComparison.Ordinal);
            Assert.Equal(128, BitConverter.ToInt32(File.ReadAllBytes(capture), 16));
        }
    }

    [LabFact]
    public void The_truth_lies_beside_the_case_and_reads_back()
    {
        using var folder = new CaseFolder();
        var result = folder.Run("mtu=1500", "connections=1", "small=0", "evidence=node");

        Assert.Equal(folder.Case + ".truth.json", result.TruthFile);
        var read = TruthDocument.Read(result.TruthFile);
        Assert.Equal(result.Truth.Figures, read.Figures);
        Assert.Equal("1500", read.Parameters["mtu"]);
    }
}
