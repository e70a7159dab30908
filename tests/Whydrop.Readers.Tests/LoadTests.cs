using Whydrop.Evidence;
using Whydrop.Evidence.Load;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class LoadTests
{
    [Fact]
    public void Samples_give_percentiles_and_the_late_ones_with_their_times()
    {
        var read = Reading.Of(LoadSamples.Csv).WithoutGaps();
        var report = Assert.Single(read.All<LoadReport>());

        Assert.Equal(("csv", 5L, 1L, 2L), (report.Tool, report.Requests, report.Failed!.Value, report.Late!.Value));
        Assert.Equal(TimeSpan.FromMilliseconds(62.6), report.Percentiles[50]);
        Assert.Equal(TimeSpan.FromMilliseconds(2180), report.Percentiles[100]);
        Assert.Equal("2026-11-21T21:15:39.601000Z", report.First!.Value.ToString());
        Assert.Equal(["2026-11-21T21:15:40.614000Z", "2026-11-21T21:15:41.000000Z"], read.All<LateRequest>().Select(l => l.Time.ToString()));
        Assert.Equal([false, true], read.All<LateRequest>().Select(l => l.Failed));
        Assert.Equal(5, report.Intervals.Sum(i => i.Requests));
        Assert.Equal(2, report.Intervals.Sum(i => i.Late));
    }

    [Fact]
    public void The_samples_of_ab_are_dated_to_the_second()
    {
        var read = Reading.Of(LoadSamples.AbSamples).WithoutGaps();
        var late = Assert.Single(read.All<LateRequest>());

        Assert.Equal(("ab -g", 3L), (read.All<LoadReport>()[0].Tool, read.All<LoadReport>()[0].Requests));
        Assert.Equal((TimeSpan.FromMilliseconds(1008), TimeSpan.FromSeconds(1)), (late.Latency, late.Resolution));
        Assert.Equal(1795295738_000_000_000, late.Time.UnixNanoseconds);
    }

    [Theory]
    [InlineData("time,latency_s\n2026-11-21T21:15:39Z,0.5\n", 500)]
    [InlineData("timestamp;duration\n2026-11-21T21:15:39Z;500ms\n", 500)]
    [InlineData("start,rtt_us,status\n1795295736.250000,500,ok\n", 0.5)]
    [InlineData("\"time\",\"took\"\n\"2026-11-21T21:15:39+02:00\",\"1.5s\"\n", 1500)]
    public void Units_stand_in_the_heading_or_in_the_value(string text, double milliseconds)
    {
        var report = Assert.Single(Reading.Of(text).All<LoadReport>());

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), report.Percentiles[50]);
        Assert.NotNull(report.First);
    }

    [Fact]
    public void A_time_without_zone_is_not_placed()
    {
        var read = Reading.Of("time,latency_ms\n2026-11-21 21:15:39,1\n2026-11-21 21:15:40,900\n2026-11-21 21:15:41,1\n");

        Assert.Null(Assert.Single(read.All<LoadReport>()).First);
        Assert.Empty(read.All<LateRequest>());
        Assert.Contains(read.Gaps, g => g.Reason.Contains("no time that can be placed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(LoadSamples.Ab, "ab", 400, 3, 99, 1006)]
    [InlineData(LoadSamples.Ab20, "ab", 400, 3, 99, 1006)]
    [InlineData(LoadSamples.Wrk, "wrk", 977, 5, 99, 1010)]
    [InlineData(LoadSamples.Wrk2, "wrk", 60018, 4, 99, 10.73)]
    [InlineData(LoadSamples.Fortio, "fortio", 40, 2, 99, 117.084)]
    [InlineData(LoadSamples.FortioJson, "fortio", 40, 2, 99, 1100)]
    public void A_summary_says_how_late_and_not_when(string text, string tool, long requests, long failed, double percent, double milliseconds)
    {
        var read = Reading.Of(text);
        var report = Assert.Single(read.All<LoadReport>());

        Assert.Equal((tool, requests, (long?)failed), (report.Tool, report.Requests, report.Failed));
        Assert.Equal(milliseconds, report.Percentiles[percent].TotalMilliseconds, 3);
        Assert.Empty(read.Gaps);
        Assert.Empty(report.Intervals);
        Assert.Empty(read.All<LateRequest>());
    }

    [Theory]
    [InlineData(LoadSamples.Ab)]
    [InlineData(LoadSamples.Wrk)]
    [InlineData(LoadSamples.Fortio)]
    [InlineData("Fortio 1.60.3 running at 8 queries per second, 2->2 procs, for 5s: http://10.0.0.1/\nStarting at 8 qps with 4 thread(s) [gomax 2] for 5s : 10 calls each (total 40)\nEnded after 5.09s : 40 calls. qps=7.8\n")]
    public void Two_runs_in_one_text_are_two(string text)
    {
        var one = Assert.Single(Reading.Of(text).All<LoadReport>());
        var read = Reading.Of(text + text).WithoutGaps();
        var cut = Reading.Of(text[..(text.IndexOf('\n', StringComparison.Ordinal) + 1)] + text);

        Assert.All(read.All<LoadReport>(), r => Assert.Equal((one.Requests, one.Failed), (r.Requests, r.Failed)));
        Assert.Equal(2, read.All<LoadReport>().Count);
        Assert.Equal(one.Requests, Assert.Single(cut.All<LoadReport>()).Requests);
        Assert.Contains("did not finish", Assert.Single(cut.Gaps).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Timestamp: Sat Nov 21 21:06:32 2026 468132 usec\n[ROUTE]Deleted 10.244.2.0/24 via 10.20.2.12 dev eth0 proto bird metric 32 \n")]
    [InlineData("[2026-11-21T21:06:32.468132] [nsid current][ROUTE]Deleted 10.244.2.0/24 via 10.20.2.12 dev eth0 proto bird metric 32 \n[2026-11-21T21:06:33.000001] [NEIGH]10.20.2.12 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE\n[2026-11-21T21:06:33.000002] [nsid 3][ROUTE]10.9.0.0/24 via 10.20.2.12 dev eth0 proto bird\n")]
    public void Routes_with_a_label_are_read_and_neighbours_are_none(string text)
    {
        var change = Assert.Single(Reading.Of(text).WithoutGaps().All<LogEvent>());

        Assert.Equal(("route-deleted", "10.244.2.0/24", "Deleted 10.244.2.0/24 via 10.20.2.12 dev eth0 proto bird metric 32"), (change.Kind, change.Subject, change.Text));
        Assert.Equal(("2026-11-21T21:06:32.468132", "10.20.2.12"), (change.Details["local-time"], change.Details["via"]));
    }

    [Fact]
    public void Routes_that_go_and_come_keep_the_clock_of_the_wall()
    {
        var read = Reading.Of(LoadSamples.RouteMonitor).WithoutGaps();
        var events = read.All<LogEvent>();

        Assert.Equal([("route-deleted", "10.244.2.0/24"), ("route-added", "10.244.2.0/24")], events.Select(e => (e.Kind, e.Subject!)));
        Assert.Equal(("2026-11-21T21:06:32.468132", "10.20.2.12"), (events[0].Details["local-time"], events[0].Details["via"]));
        Assert.Equal("2026-11-21T21:06:32.468132", Assert.Single(Reading.Of(LoadSamples.RouteMonitorLong).WithoutGaps().All<LogEvent>()).Details["local-time"]);
    }

    [Theory]
    [InlineData("instance,kind,requests,late\na,vm,100,1\nb,container,200,20\n")]
    [InlineData("name;kind;rate\na;vm;1%\nb;container;0.1\n")]
    [InlineData("[{\"name\":\"a\",\"attributes\":{\"kind\":\"vm\"},\"rate\":0.01},{\"name\":\"b\",\"kind\":\"container\",\"rate\":0.1}]")]
    public void Instances_have_attributes_and_a_rate(string text)
    {
        var (instances, wrong) = Whydrop.Readers.Load.InstanceList.Parse(Whydrop.Readers.Text.TextFile.FromText("x", text));

        Assert.Null(wrong);
        Assert.Equal([("a", "vm", 0.01), ("b", "container", 0.1)], instances.Select(i => (i.Name, i.Attributes["kind"], i.Rate)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("instance,kind\na,vm\n")]
    [InlineData("{}")]
    [InlineData("[{\"name\":\"a\",\"rate\":0.01},{\"name\":")]
    public void A_list_without_a_symptom_or_end_is_one_sentence(string text) => Assert.NotNull(Whydrop.Readers.Load.InstanceList.Parse(Whydrop.Readers.Text.TextFile.FromText("x", text)).Wrong);
}
