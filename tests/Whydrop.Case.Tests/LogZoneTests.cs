using Whydrop.Case.Description;
using Whydrop.Case.Reading;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Tests;

public class LogZoneTests
{
    private const string Log = "Dec 31 23:30:00 n kernel: [5.000001] TCP: time wait bucket table overflow\n";

    [Fact]
    public void WithoutAZoneALogHasNoTime()
    {
        using var folder = new CaseFolder().With("n/syslog", Log);

        Assert.Null(Assert.Single(folder.Load().Facts.Of<LogEvent>()).Time);
    }

    [Theory]
    [InlineData("UTC", "2024-01-10 23:05:07,799", "2024-01-10T23:05:07.799000Z")]
    [InlineData("+02:00", "2024-01-10 23:05:07,799", "2024-01-10T21:05:07.799000Z")]
    [InlineData("-05:30", "2024-01-10 23:05:07,799", "2024-01-11T04:35:07.799000Z")]
    [InlineData("+02:00", "2024-01-10T23:05:07Z", "2024-01-10T23:05:07.000000Z")]
    [InlineData("UTC", "Jan 10 23:05:07", null)]
    public void TheCaseSaysTheZone(string zone, string time, string? known)
    {
        using var folder = new CaseFolder().With("n/app.log", $"{time} app: dial tcp 10.0.0.1:80: connect: connection refused\n").With("case.yaml", $"vantages:\n  - files: \"n/*\"\n    zone: \"{zone}\"\n");

        var loaded = folder.Load();

        Assert.Equal(known, Assert.Single(loaded.Facts.Of<LogEvent>()).Time?.ToString());
        Assert.Empty(loaded.Facts.Of<Gap>());
    }

    [Theory]
    [InlineData("CET")]
    [InlineData("+15:00")]
    [InlineData("2")]
    public void AnAmbiguousZoneIsAGap(string zone)
    {
        using var folder = new CaseFolder().With("n/syslog", Log).With("case.yaml", $"vantages:\n  - files: \"n/*\"\n    zone: \"{zone}\"\n");

        Assert.Equal(GapKind.Malformed, Assert.Single(folder.Load().Facts.Of<Gap>()).Kind);
    }

    [Fact]
    public void TheYearIsTheOneNearestToTheCaptures()
    {
        // The capture begins at 2025-01-01T00:00:10Z: 31 December is of the year before.
        var logged = new LogEvent(new VantagePoint("n"), new Provenance("n/syslog", 1), null, null, "oom-kill", null, "", new Dictionary<string, string> { ["local-time"] = "12-31T23:30:00.000000" });
        var capture = new CaptureSummary(new VantagePoint("n"), new Provenance("n/eth0.pcap"), 0, 1, false) { First = new Timestamp(1_735_689_610_000_000_000) };

        var placed = LogZone.Apply([logged, capture], [new VantageRule("*", null, null, null) { Zone = TimeSpan.Zero }]).OfType<LogEvent>().Single();

        Assert.Equal("2024-12-31T23:30:00.000000Z", placed.Time?.ToString());
    }

    [Fact]
    public void ADeviceThatPrintsItsZoneButNoYearNeedsNoRule()
    {
        var logged = new LogEvent(
            new VantagePoint("sw"), new Provenance("sw/log", 1), null, null, "bgp-down", null, "", new Dictionary<string, string> { ["local-time"] = "12-31T23:30:00.000000", ["zone"] = "-01:00" });
        var capture = new CaptureSummary(new VantagePoint("n"), new Provenance("n/eth0.pcap"), 0, 1, false) { First = new Timestamp(1_735_689_610_000_000_000) };

        Assert.Equal("2025-01-01T00:30:00.000000Z", LogZone.Apply([logged, capture], []).OfType<LogEvent>().Single().Time?.ToString());
        Assert.Null(LogZone.Apply([logged], []).OfType<LogEvent>().Single().Time);
    }

    [Theory]
    [InlineData("n/proc-stat.txt", "2024-02-20T03:33:25.000001Z")]
    [InlineData("other/proc-stat.txt", null)]
    public void TheTimeOfBootDatesTheKernelsLogOfThatNode(string stat, string? known)
    {
        using var folder = new CaseFolder().With("n/dmesg", "[    5.000001] TCP: time wait bucket table overflow\n").With(stat, "cpu  9 0 1 2\nbtime 1708400000\nprocesses 5\n");

        var logged = Assert.Single(folder.Load().Facts.Of<LogEvent>());

        Assert.Equal((known, known is not null), (logged.Time?.ToString(), logged.Details.ContainsKey(LogEvent.Clock)));
    }
}
