using System.Net;
using System.Text.Json.Nodes;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Report.Journeys;
using Whydrop.Report.Json;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Tests;

public class JourneysReportTests
{
    private static readonly VantagePoint Near = new("node-a", null, "eth0");
    private static readonly VantagePoint Middle = new("node-a", null, "tunl0");
    private static readonly VantagePoint Far = new("pod", null, "eth0");
    private static readonly Timestamp Start = new(1_708_416_930_000_000_000);

    [Fact]
    public void TheTextIsAsReviewed() => Snapshot.Matches(Text(Model(Facts())), "tests/Whydrop.Report.Tests/Snapshots/journeys.txt");

    [Fact]
    public void ThePublishedSchemaIsTheOneOfTheTypes() => Snapshot.Matches(JsonReport.JourneysSchema(), "docs/journeys.schema.json");

    [Fact]
    public void EveryDocumentValidates()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Snapshot.Root(), "docs/journeys.schema.json")))!;

        Assert.Equal([], Violations.Of(Document(Model(Facts())), schema));
        Assert.Equal([], Violations.Of(Document(Model([])), schema));
    }

    [Fact]
    public void DelaysOfSeveralConnectionsAreAddedUp()
    {
        var hop = Model(Facts()).Hops.Single(h => h is { Forward: true, From.Name: "node-a/tunl0" });

        Assert.Equal((2, 100), (hop.Connections, hop.Delay!.Samples));
        Assert.Equal(
            [1, 2, 8, 8, 9], new[] { hop.Delay.Min, hop.Delay.P50, hop.Delay.P90, hop.Delay.P99, hop.Delay.Max }.Select(d => d.TotalMilliseconds));
        Assert.Equal(0.25, hop.Delay.Error!.Value.TotalMilliseconds);
    }

    [Fact]
    public void AConnectionOpenedFromTheOtherEndTakesTheSameWayBack()
    {
        var model = Model(Facts());

        Assert.Equal(["node-a/eth0", "node-a/tunl0 in ipip", "pod/eth0"], model.Stops.Select(s => s.Name.Replace("tunl0", "tunl0 in ipip", StringComparison.Ordinal)));
        Assert.Equal(0, Assert.Single(model.Stops.Select(s => s.Path).Distinct()));
        Assert.Contains(model.Hops, h => h is { Forward: true, From.Name: "node-a/eth0", To.Name: "node-a/tunl0", SegmentsIn: 40, Lost: 3 });
        // What the server of the other one sends travels forward as well.
        Assert.Contains(model.Hops, h => h is { Forward: true, From.Name: "node-a/tunl0", To.Name: "pod/eth0", SegmentsIn: 57 });
    }

    [Fact]
    public void ALossBetweenPlacesThatAreNoNeighboursHasARowOfItsOwn()
    {
        var wide = Placement(1, true) with { MissingAt = Far, MissingCapture = 2, MissingFlow = 0 };

        var rows = Model([.. Facts(), wide]).Hops.Where(h => !h.Neighbours).ToArray();

        var row = Assert.Single(rows);
        Assert.Equal(("node-a/eth0", "pod/eth0", 1, 1, 0), (row.From!.Name, row.To!.Name, row.Lost, row.SegmentsIn, row.SegmentsOut));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatTheEndsTellByThemselvesIsBeforeTheFirstAndBeyondTheLastPlace(bool rolesSwapped)
    {
        var facts = Facts().Select(f => f is FlowPairing { Capture: 1, Flow: 0 } pairing ? pairing with { RolesSwapped = rolesSwapped } : f);

        // The client of the first place is the server of the last where roles are swapped. What the sender's side says of the way beyond is told by the places there.
        var model = Model([.. facts, Ended(Near, 0, Fate.LostBefore, true), Ended(Near, 0, Fate.LostAfter, true), Ended(Far, 2, Fate.LostAfter, !rolesSwapped), Ended(Far, 2, Fate.LostAfter, rolesSwapped)]);

        Assert.Equal(
            [("", "node-a/eth0", true, 1L), ("pod/eth0", "", true, 1L)],
            model.Hops.Where(h => h.From is null || h.To is null).Select(h => (h.From?.Name ?? "", h.To?.Name ?? "", h.Forward, h.Lost)).Order());
    }

    [Theory]
    [InlineData(0L, 0L, 1L)]
    [InlineData(7L, 0L, 0L)]
    [InlineData(0L, 7L, 0L)]
    public void ACaptureThatDropsFramesProvesNoLossBeforeIt(long? drops, long acknowledgedUnseen, long lost)
    {
        var facts = Facts().Select(f => f is CaptureSummary { Capture: 0 } s ? s with { KernelDrops = drops, AckedUnseenSegments = acknowledgedUnseen } : f);

        var row = Assert.Single(Model([.. facts, Ended(Near, 0, Fate.LostBefore, true)]).Hops, h => h.From is null && h.Forward);

        Assert.Equal((lost, 1 - lost), (row.Lost, row.Unknown));
    }

    [Fact]
    public void NatIsWhereTheConnectionGetsOtherAddresses()
    {
        var far = Flow(Far, 2, 0, "c.pcap") with { Server = IPEndPoint.Parse("10.244.3.7:8080") };
        var translated = Text(Model([.. Facts().Where(f => f is not TcpFlow { Capture: 2, Flow: 0 }), far]));

        Assert.Contains("NAT: 10.0.0.1:40000 ->", translated, StringComparison.Ordinal);
        Assert.Contains(" 10.244.3.7:8080\n", translated, StringComparison.Ordinal);
        Assert.DoesNotContain("NAT:", Text(Model(Facts())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 100, 2)]
    [InlineData(1398, 1398, 2)]
    [InlineData(1399, 1400, 1)]
    [InlineData(5000, 6000, 0)]
    public void ARangeLimitsTheLosses(long begin, long end, int expected) =>
        Assert.Equal(expected, JourneysModel.Of("c", new FactSet(Facts()), _ => true, (begin, end)).Lost.Count);

    [Fact]
    public void AConnectionIsChosenByAnyOfItsNames()
    {
        var model = JourneysModel.Of("c", new FactSet(Facts()), f => f.Capture == 2 && f.Flow == 0, null);

        Assert.Equal((1, 4), (model.Joined, model.Lost.Count));
        Assert.Empty(model.Unjoined);
    }

    [Fact]
    public void WithoutACounterpartItSaysWhy()
    {
        var text = Text(Model([Capture(Near, 0, "a.pcap"), Capture(Far, 2, "c.pcap"), Flow(Near, 0, 0, "a.pcap"), Alone() with { Flow = 0, Reason = "no counterpart of 10.0.0.1" }]));

        Assert.StartsWith("NOT JOINED", text, StringComparison.Ordinal);
        Assert.Contains("node-a/eth0: 1 connection, such as 10.0.0.1:40000", text, StringComparison.Ordinal);
        Assert.Contains("[a.pcap#1]: no counterpart of 10.0.0.1", string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheLossesAreAllOfThem()
    {
        Fact[] facts = [.. Facts(), .. Enumerable.Range(0, 60).Select(i => (Fact)(Placement(100 + i, true) with { StreamOffset = 10_000 + (i * 1398) }))];
        var writer = new StringWriter();

        JourneysReport.Write(Model(facts), writer, new Screen(100, false, false, false), wide: false, onlyLost: true);

        Assert.Equal(62, writer.ToString().Split('\n').Count(l => l.Contains("(datagram ", StringComparison.Ordinal)));
        Assert.Contains("(--lost shows all)", Text(Model(facts)), StringComparison.Ordinal);
        Assert.DoesNotContain("Places in", writer.ToString(), StringComparison.Ordinal);
    }

    private static JourneysModel Model(IReadOnlyList<Fact> facts) => JourneysModel.Of("two-nodes", new FactSet(facts), _ => true, null);

    private static string Text(JourneysModel model)
    {
        var writer = new StringWriter { NewLine = "\n" };
        JourneysReport.Write(model, writer, new Screen(100, false, false, false), wide: false, onlyLost: false);
        return writer.ToString();
    }

    private static JsonNode Document(JourneysModel model)
    {
        using var text = new StringWriter();
        JsonReport.WriteJourneys(model, text);
        return JsonNode.Parse(text.ToString())!;
    }

    /// <summary>One connection from node-a to the pod that loses three transmissions, one from the pod to node-a that tunl0 and the pod saw, and one alone.</summary>
    private static Fact[] Facts() =>
    [
        Capture(Near, 0, "a.pcap"), Capture(Middle, 1, "b.pcap"), Capture(Far, 2, "c.pcap"),
        Flow(Near, 0, 0, "a.pcap"), Flow(Middle, 1, 0, "b.pcap"), Flow(Far, 2, 0, "c.pcap"), Flow(Middle, 1, 1, "b.pcap"), Flow(Far, 2, 1, "c.pcap"), Flow(Near, 0, 9, "a.pcap"),
        Pairing(Near, 0, 0, Middle, 1, 0), Pairing(Middle, 1, 0, Far, 2, 0), Pairing(Far, 2, 1, Middle, 1, 1),
        Hop(Near, 0, 0, true, Middle, 1, 0, 40, 3, 50, 1, 2), Hop(Middle, 1, 0, true, Far, 2, 0, 37, 0, 50, 1, 2),
        Hop(Far, 2, 0, false, Middle, 1, 0, 10, 0, 10, 1, 2), Hop(Middle, 1, 0, false, Near, 0, 0, 10, 0, 10, 1, 2),
        Hop(Middle, 1, 1, false, Far, 2, 1, 20, 0, 50, 8, 9), Hop(Far, 2, 1, true, Middle, 1, 1, 20, 0, 50, 8, 9),
        Placement(1, true), Placement(7, true), Placement(20, false) with { StreamOffset = 1398 },
        new ControlPlacement(
            Near, new Provenance("a.pcap", Frame: 30), 0, 0, true, ControlKind.Fin, 9000, 1, Middle, 1, 0, true, "the capture ran on", Start),
        new ClockComparison(Near, new Provenance("a.pcap"), Near, new Provenance("a.pcap"), [new ClockPiece(Start, TimeSpan.Zero, 0)], TimeSpan.Zero),
        new ClockComparison(
            Middle, new Provenance("b.pcap"), Near, new Provenance("a.pcap"),
            [new ClockPiece(Start, TimeSpan.FromHours(-2), 12.34), new ClockPiece(new Timestamp(Start.UnixNanoseconds + 60_000_000_000), TimeSpan.FromMilliseconds(1.5), 0)],
            TimeSpan.FromMicroseconds(40)),
        new TranslationContradiction(
            new VantagePoint("node-a"), new Provenance("node-a/conntrack.txt", Line: 7), 0, 0, 2, 0, new IPEndPoint(IPAddress.Parse("10.0.0.1"), 40000),
            new IPEndPoint(IPAddress.Parse("10.209.34.80"), 30170), new IPEndPoint(IPAddress.Parse("10.0.0.1"), 40000), new IPEndPoint(IPAddress.Parse("10.244.3.7"), 8080),
            "connection tracking of node-a says that 10.0.0.1:40000 to 10.209.34.80:30170 becomes 10.0.0.1:40000 to 10.244.3.9:8080"),
        new ProxiedConnection(new VantagePoint("node-a"), new Provenance("a.pcap", Frame: 1), 0, 0, 0, 9, TimeSpan.FromMilliseconds(0.4), 144_800, 145_300),
        Alone(),
    ];

    private static UnjoinedFlow Alone() => new(Near, new Provenance("a.pcap", Frame: 400), 0, 9, UnjoinedReason.NoCounterpart, "no other capture shows any of its segments");

    private static CaptureSummary Capture(VantagePoint at, int capture, string file) =>
        new(at, new Provenance(file), capture, 1, false) { First = Start, Last = new Timestamp(Start.UnixNanoseconds + 60_000_000_000) };

    private static TcpFlow Flow(VantagePoint at, int capture, int flow, string file)
    {
        var like = Models.Flow($"10.0.0.{flow + 1}");
        return like with { At = at, From = new Provenance(file, Frame: flow + 1), Capture = capture, Flow = flow };
    }

    private static SegmentFate Ended(VantagePoint at, int capture, Fate fate, bool fromClient) => new(
        at, new Provenance("x", Frame: 8), capture, 0, fromClient, 1, 0, 1398, 1450, true, 1, null, fate, true, null, Start, false, 0, 0, null);

    private static FlowPairing Pairing(VantagePoint at, int capture, int flow, VantagePoint other, int otherCapture, int otherFlow) =>
        new(at, new Provenance("x"), capture, flow, other, otherCapture, otherFlow, 10, true, false, TimeSpan.Zero, TimeSpan.Zero);

    private static HopSummary Hop(
        VantagePoint at, int capture, int flow, bool fromClient, VantagePoint other, int otherCapture, int otherFlow, long segments, long lost, int samples, int fast, int slow) => new(
        at, new Provenance("x"), capture, flow, fromClient, other, otherCapture, otherFlow, segments, segments - lost, lost, 0, segments * 1398, (segments - lost) * 1398,
        lost * 1398, samples, TimeSpan.FromMilliseconds(fast), TimeSpan.FromMilliseconds(fast), TimeSpan.FromMilliseconds(slow), TimeSpan.FromMilliseconds(0.25))
    {
        P90Delay = TimeSpan.FromMilliseconds(fast),
        MaxDelay = TimeSpan.FromMilliseconds(slow),
        Delays = [new DelayCount(TimeSpan.FromMilliseconds(fast), samples - 1), new DelayCount(TimeSpan.FromMilliseconds(slow), 1)],
        Late = lost > 0 ? 1 : 0,
    };

    private static SegmentPlacement Placement(long frame, bool proven) => new(
        Near, new Provenance("a.pcap", Frame: frame), 0, 0, true, 2880, 1398, 1450, true, Middle, 1, 0, "ipip 10.0.0.1>10.0.0.2", proven,
        proven ? "others before and after it were seen there" : "the capture there ends too soon after it to tell late from lost", 1359, new Provenance("a.pcap", Frame: 3), false,
        new Timestamp(Start.UnixNanoseconds + (frame * 1_000_000)))
    {
        SeenAt = [new Provenance("a.pcap", Frame: frame)],
    };
}
