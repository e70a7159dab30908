using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Case.Tests;

public class CaptureTests
{
    private const string Links = """
        1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
            link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
        2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP mode DEFAULT group default qlen 1000
            link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
        3: storage: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9000 qdisc mq state UP mode DEFAULT group default qlen 1000
            link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff

        """;

    [Theory]
    [InlineData("node-a/eth0.pcap", "node-a", "eth0")]
    [InlineData("node-a/run-storage.pcap", "node-a", "storage")]
    [InlineData("node-a/unnamed.pcap", "node-a", "eth0")]
    [InlineData("node-a-eth0.pcap", "node-a", "eth0")]
    [InlineData("trace.pcap", null, null)]
    public void ACaptureIsPlacedByFolderFileNameAndAddresses(string path, string? node, string? device)
    {
        using var folder = new CaseFolder().With("node-a/ip-link.txt", Links).With(path, Sample.Pcap());

        Assert.Equal(new VantagePoint(node, null, device), Assert.Single(folder.Load().Facts.Of<CaptureSummary>()).At);
    }

    [Fact]
    public void AnAddressThatTwoDevicesShareTellsNothing()
    {
        using var folder = new CaseFolder()
            .With("n/ip-link.txt", Links.Replace("02:00:00:00:00:0a", "02:00:00:00:00:01", StringComparison.Ordinal)).With("n/trace.pcap", Sample.Pcap());

        Assert.Null(Assert.Single(folder.Load().Facts.Of<CaptureSummary>()).At.Interface);
    }

    [Fact]
    public void CaseYamlOverridesTheInterface()
    {
        using var folder = new CaseFolder().With("case.yaml", "vantages: [{ files: \"*.pcap\", node: lb, interface: bond1 }]").With("n/eth0.pcap", Sample.Pcap());

        Assert.Equal(new VantagePoint("lb", null, "bond1"), Assert.Single(folder.Load().Facts.Of<CaptureSummary>()).At);
    }

    [Fact]
    public void TheClosingCountsOfTcpdumpReachTheirCapture()
    {
        const string closing = "tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n2 packets captured\n9 packets received by filter\n7 packets dropped by kernel\n";
        using var folder = new CaseFolder().With("n/eth0.pcap", Sample.Pcap()).With("n/eth0.tcpdump.txt", closing).With("n/eth1.pcap", Sample.Pcap());

        var drops = folder.Load().Facts.Of<CaptureSummary>().ToDictionary(c => c.At.Interface!, c => c.KernelDrops);

        Assert.Equal(7, drops["eth0"]);
        Assert.Null(drops["eth1"]);
    }

    [Fact]
    public void CompressedCapturesAndThoseInArchivesAreRead()
    {
        using var folder = new CaseFolder().With("n/eth0.pcap.gz", Sample.Gzip(Sample.Pcap())).With("m.tar.gz", Sample.Gzip(Sample.Tar(Sample.TarMember("eth1.pcap", Sample.Pcap()))));

        Assert.Equal(["m/eth1", "n/eth0"], folder.Load().Facts.Of<CaptureSummary>().Select(c => c.At.ToString()));
    }

    [Fact]
    public void ACutCaptureIsJudgedAsFarAsItGoesAndAGapSaysWhere()
    {
        using var folder = new CaseFolder().With("n/eth0.pcap", Sample.Pcap()[..^20]);

        var loaded = folder.Load();

        var summary = Assert.Single(loaded.Facts.Of<CaptureSummary>());
        Assert.Equal((1, false), (summary.Frames, summary.Complete));
        Assert.Equal(GapKind.Truncated, Assert.Single(loaded.Facts.Of<Gap>()).Kind);
    }

    [Fact]
    public void TheSameCaseGivesTheSameFactsInTheSameOrder()
    {
        using var folder = new CaseFolder().With("n/ip-link.txt", Links);
        for (var i = 0; i < 12; i++)
        {
            folder.With($"n{i}/eth0.pcap", Sample.Pcap());
        }

        Assert.Equal(folder.Load().Facts.All.Select(f => f.From), folder.Load().Facts.All.Select(f => f.From));
    }

    [Theory]
    [InlineData("10.0.0.1 > 10.0.0.3:8080", false, true)]
    [InlineData("10.0.0.1 > 10.0.0.3:8080", true, false)] // translated: one connection
    [InlineData("10.0.0.1 > 10.0.0.2:80", false, false)] // as it is
    public void AChainOfCallsThatTheComplaintLeavesOutIsTold(string flow, bool translated, bool told)
    {
        using var folder = new CaseFolder().With("case.yaml", $"complaint: {{ flow: \"{flow}\" }}").With("n/eth0.pcap", Sample.Chain(translated))
            .With("n/pods.json", """{"kind":"Pod","apiVersion":"v1","metadata":{"name":"nginx-1","namespace":"ingress"},"spec":{"nodeName":"n"},"status":{"phase":"Running","podIP":"10.0.0.2","podIPs":[{"ip":"10.0.0.2"}]}}""");

        var chain = folder.Load().Facts.Of<Gap>().Where(g => g.Reason.Contains("the packets show a chain", StringComparison.Ordinal)).ToArray();

        Assert.Equal(told ? 1 : 0, chain.Length);
        Assert.All(chain, c => Assert.Contains("10.0.0.1 → 10.0.0.2 (p/ingress/nginx-1) → 10.0.0.3", c.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void AComplaintAboutAnotherTimeOrConnectionIsAGap()
    {
        using var folder = new CaseFolder().With("case.yaml", "complaint: { flow: \"10.9.9.9:1 > 10.0.0.2:80\", time: 2020-01-01T00:00:00Z }").With("n/eth0.pcap", Sample.Pcap());

        Assert.Equal(
            ["no capture ran at the time of the complaint, 2020-01-01T00:00:00.000000Z", "10.9.9.9:1, named in the complaint, is an end of no captured connection"],
            folder.Load().Facts.Of<Gap>().Select(g => g.Reason));
    }

    [Fact]
    public void StoppingDeletesWhatWasUnpacked()
    {
        using var folder = new CaseFolder().With("m.tar", Sample.Tar(Sample.TarMember("eth1.pcap", Sample.Pcap())));
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => CaseLoader.Load([folder.Root], folder.Options, null, stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Scratch));
    }

    [Fact]
    public void ProgressEndsAtTheWhole()
    {
        using var folder = new CaseFolder().With("n/eth0.pcap", Sample.Pcap()).With("n/links.txt", Links);
        var last = new Listener();

        CaseLoader.Load([folder.Root], folder.Options, last);

        Assert.Equal(last.Total, last.Most);
        Assert.True(last.Total > 0);
    }

    private sealed class Listener : IProgress<CaseProgress>
    {
        private readonly Lock gate = new();

        public long Most { get; private set; }

        public long Total { get; private set; }

        public void Report(CaseProgress value)
        {
            lock (gate)
            {
                Most = Math.Max(Most, value.BytesRead);
                Total = value.BytesTotal;
            }
        }
    }
}
