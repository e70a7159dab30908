using System.Net;
using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Report.Tests;

/// <summary>Diagnoses built by hand with the numbers of the tunnel-MTU incident.</summary>
internal static class Models
{
    private static readonly VantagePoint Front = new("node-a", null, "eth0");
    private static readonly VantagePoint Tunnel = new("node-a", null, "tunl0");

    public static ReportModel Fault(VerdictStatus status = VerdictStatus.Confirmed)
    {
        var frames = new[] { 784L, 790, 795, 801, 822, 861 }.Select(f => new Provenance("node-a/eth0.pcap", Frame: f)).ToArray();
        var verdict = new Verdict(
            FaultCatalogue.Find("pmtu-blackhole")!, status, new Scope("node-a", null, "tunl0"),
            "tunl0 of node-a (MTU 1440) drops what is larger, and the sender is not told: 1450 > 1440, DF.", new Explains(12, 13, 16776),
            [
                new Reading(new Question("Were datagrams above one size, DF set, lost each time?", Quantifier.All, QuestionRole.Signature), Answer.Yes, "1450: 12 of 12 lost; up to 1359: 30 of 30 delivered", frames),
                new Reading(new Question("Was the sender told?", Quantifier.None, QuestionRole.Signature), Answer.Yes, "the same size 12 times", []),
                new Reading(new Question("Was it seen before the device and never after?", Quantifier.Any, QuestionRole.Mechanism), Answer.Yes, "1450 > 1440, DF", [frames[0], new Provenance("node-a/ip-link.txt", Line: 14)]),
                new Reading(new Question("Is the loss a matter of size?", Quantifier.All, QuestionRole.Discriminator, "random-loss"), Answer.Unknown, "not collected", []),
                new Reading(new Question("Was an ICMP message seen?", Quantifier.Any, QuestionRole.Support), Answer.No, "none", []),
            ],
            "On node-a, clamp the MSS to 1400. Or widen the tunnel.", "Repeat the transfer: FragFails must not grow.") { Frames = frames };
        var ruledOut = new Verdict(
            FaultCatalogue.Find("pmtu-blackhole")!, VerdictStatus.RuledOut, Scope.Unplaced, "Does loss take all sizes alike? No: 14 were larger.", default, [], "-", "-");
        var next = status == VerdictStatus.Confirmed ? [] : new[] { new NextEvidence(Tunnel, "timeout 60 tcpdump -ni tunl0 -s 128 -w node-a-tunl0.pcap 'tcp'", TimeSpan.FromMinutes(1), "whether the 1450-byte datagram leaves") };
        return Model(new CaseDiagnosis(
            Outcome.Fault, [verdict, ruledOut],
            new Ledger(
                [
                    new LedgerRow(Fate.LostAfter, Front, Tunnel, true, 12, 16776, 1398, 12),
                    new LedgerRow(Fate.LostBefore, null, Front, false, 1, 100, 100, 0),
                    new LedgerRow(Fate.Delivered, null, null, false, 100, 42906, 42906, 0),
                ], 44404, 1, 100),
            [new Artefact("capture-snaplen", "Cut frames", Front, 3, "3 of 9 frames are cut at 128 bytes", "Lengths are taken from the headers.", []), new Artefact("capture-snaplen", "Cut frames", Tunnel, 3, "as well", "Likewise.", [])],
            [new TimelineEvent(new Timestamp(1_708_416_930_000_000_000), Front, "first loss", frames[0])], next,
            [new Gap(VantagePoint.Unknown, new Provenance("notes.doc"), GapKind.Unrecognised, "binary file of no known kind")], [Flow()])
        {
            OutcomeReason = "because",
        });
    }

    public static ReportModel Healthy() => Model(new CaseDiagnosis(
        Outcome.Healthy, [], new Ledger([new LedgerRow(Fate.Delivered, null, null, false, 100, 42906, 42906, 0)], 42906, 0, 0), [], [], [], [], [])
    {
        OutcomeReason = "1 TCP connections, 100 data segments, none lost.",
    });

    public static ReportModel Inconclusive() => Model(new CaseDiagnosis(
        Outcome.Inconclusive, [], new Ledger([], 0, 0, 0), [], [], [new NextEvidence(new VantagePoint("node-a"), "nstat -az", null, "what the kernel counted")], [], [])
    {
        OutcomeReason = "Nothing was collected that could tell.",
    });

    private static ReportModel Model(CaseDiagnosis diagnosis) =>
        new("tunnel-mtu", diagnosis, new FactSet([]), [new ReportedFile("node-a/eth0.pcap", "capture", "node-a/eth0", "pcap, 113 frames")]);

    public static TcpFlow Flow(string client = "10.0.0.1")
    {
        var sender = new TcpSender(
            20, 27960, 1398, 12, 1410, 7, true, true, 2879, 1450, 52, 63, TimeSpan.FromMilliseconds(1.25), TimeSpan.FromMilliseconds(1.5),
            new Dictionary<string, long> { ["Retransmission"] = 12 }, false, null);
        return new TcpFlow(
            Front, new Provenance("node-a/eth0.pcap", Frame: 1), 0, 171, new IPEndPoint(IPAddress.Parse(client), 40000), new IPEndPoint(IPAddress.Parse("10.209.34.80"), 30170),
            null, new Timestamp(1_708_416_930_000_000_000), new Timestamp(1_708_416_936_600_000_000), 113, sender, sender with { Retransmissions = 0 }, true, TimeSpan.FromMilliseconds(1));
    }
}
