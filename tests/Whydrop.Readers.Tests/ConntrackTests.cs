using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class ConntrackTests
{
    [Fact]
    public void Entries()
    {
        var entries = Reading.Of(SocketSamples.Conntrack).WithoutGaps().All<ConntrackEntry>();
        Assert.Equal(
            [
                "udp  28 10.244.0.5:51365>10.96.0.10:53 10.244.1.7:53>10.0.0.1:41000 unreplied ",
                "tcp ESTABLISHED 431998 10.244.0.5:57980>10.96.0.20:80 10.244.1.9:8080>10.244.0.5:57980  assured",
                "tcp SYN_SENT 117 10.244.0.5:57996>192.0.2.9:443 192.0.2.9:443>10.0.0.1:1025 unreplied ",
                "icmp  29 10.0.0.1:0>10.0.0.2:0 10.0.0.2:0>10.0.0.1:0  ",
                "4  599 10.0.0.1:0>10.0.0.2:0 10.0.0.2:0>10.0.0.1:0 unreplied ",
                "tcp   [fd00::5]:50012>[fd00::9]:8081 [fd00::9]:8081>[fd00::5]:50012  ",
            ],
            entries.Select(Describe));
        Assert.Equal(
            ["tcp CLOSE_WAIT 58 10.0.0.1:57996>10.0.0.2:8080 10.0.0.2:8080>10.0.0.1:57996  assured", "tcp ESTABLISHED 431998 [::1]:50012>[::1]:8081 [::1]:8081>[::1]:50012  assured"],
            Reading.Of(SocketSamples.ConntrackExtended).WithoutGaps().All<ConntrackEntry>().Select(Describe));
    }

    [Fact]
    public void Statistics_are_summed_over_the_processors()
    {
        var now = Reading.Of(SocketSamples.ConntrackStatistics).WithoutGaps();
        Assert.Equal((7, 2, 1, 80, 5, 5), (
            now.Value("Conntrack.InsertFailed"), now.Value("Conntrack.Drop"), now.Value("Conntrack.EarlyDrop"), now.Value("Conntrack.Invalid"), now.Value("Conntrack.SearchRestart"), now.Value("Conntrack.ClashResolve")));
        Assert.False(now.Section("Conntrack").OmitsZeros);
        var old = Reading.Of(SocketSamples.ConntrackStatistics14).WithoutGaps();
        Assert.Equal((3, 71, false), (old.Value("Conntrack.InsertFailed"), old.Value("Conntrack.Invalid"), old.Has("Conntrack.ClashResolve")));
        var proc = Reading.Of(SocketSamples.ProcStatConntrack).WithoutGaps();
        Assert.Equal((12, 48, 4, 2, false), (proc.Value("Conntrack.InsertFailed"), proc.Value("Conntrack.Invalid"), proc.Value("Conntrack.ClashResolve"), proc.Value("Conntrack.SearchRestart"), proc.Has("Conntrack.Entries")));
    }

    [Fact]
    public void Two_outputs_in_one_text_are_two_readings()
    {
        var reading = Reading.Of(SocketSamples.ConntrackStatistics + SocketSamples.ConntrackStatistics).WithoutGaps();
        Assert.Equal([7, 7], reading.All<Counter>().Where(c => c.Name == "Conntrack.InsertFailed").Select(c => c.Value));
    }

    [Fact]
    public void The_count_is_known_by_its_command()
    {
        var count = Assert.Single(Reading.Of("# conntrack -C\n262144\n").WithoutGaps().All<Sysctl>());
        Assert.Equal(("net.netfilter.nf_conntrack_count", "262144"), (count.Key, count.Value));
        Assert.Equal(GapKind.Unrecognised, Assert.Single(Reading.Of("262144\n").Gaps).Kind);
    }

    [Theory]
    [InlineData("tcp      6 431998 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2\n")]
    [InlineData("tcp      6 431998 ESTABLISHED src=10.0.0.300 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1\n")]
    public void Half_an_entry_is_a_gap(string text)
    {
        var reading = Reading.Of(SocketSamples.ConntrackExtended + text);
        Assert.Equal(2, reading.All<ConntrackEntry>().Count);
        Assert.Equal((GapKind.Unsupported, 3), (Assert.Single(reading.Gaps).Kind, (int)reading.Gaps[0].From.Line!));
    }

    private static string Describe(ConntrackEntry e) =>
        $"{e.Protocol} {e.State} {e.Timeout?.TotalSeconds} {e.Source}>{e.Destination} {e.ReplySource}>{e.ReplyDestination} {(e.Unreplied ? "unreplied" : "")} {(e.Assured ? "assured" : "")}";
}
