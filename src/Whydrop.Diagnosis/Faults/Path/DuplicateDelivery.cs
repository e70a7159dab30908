using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>A device of the path delivers one datagram twice.</summary>
internal sealed class DuplicateDelivery : FaultOf<Disorder>
{
    public override string Id => "duplicate-delivery";

    public override string Name => "Packets delivered twice";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "Receivers count more packets than were sent; D-SACKs without a retransmission; at times a smaller congestion window.";

    public override string Mechanism => "A mirror, a loop of bridges, a flooded frame that two devices pass on, or a bond that broadcasts makes a second copy of a datagram. The receiver throws it away and says so by D-SACK.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("reordering", "There the sender itself sent again."),
        new("capture-any-duplicates", "There one datagram was captured at two devices."),
        new("spurious-rto", "There the sender's timer sent again: another identification, a later timestamp."),
    ];

    public override string Remedy => "Find the device that copies: compare captures hop by hop; look for mirror sessions (tc mirred, SPAN), bridge loops without STP, unknown-unicast flooding, bond mode broadcast.";

    public override string Verify => "TcpExt.TCPDSACKOldSent of the receivers stands still under the same load.";

    public override IReadOnlyList<string> References => ["RFC 2883 (D-SACK)", "RFC 5560 (one-way packet duplication metric)"];

    protected override IEnumerable<QuestionOf<Disorder>> Ask() =>
    [
        new("Did the same datagrams come twice, or D-SACKs without a retransmission?", Quantifier.Any, QuestionRole.Signature, CameTwice),
        new("Were they seen once at one place and twice at the next?", Quantifier.Any, QuestionRole.Mechanism, OnceThenTwice),
        new("Did the sender send fewer again than came twice?", Quantifier.Any, QuestionRole.Discriminator, NotSentAgain, "spurious-rto"),
        new("Was each place captured on one device?", Quantifier.All, QuestionRole.Discriminator, OneDevice, "capture-any-duplicates"),
        new("Does the receiver's kernel count as many?", Quantifier.Any, QuestionRole.Support, Reported),
    ];

    protected override IEnumerable<Disorder> Propose(CaseView view)
    {
        var any = false;
        foreach (var disorder in Disorder.Find(view, Fate.Duplicated))
        {
            any = true;
            yield return disorder;
        }

        if (!any && (Silent(view).Any() || Heard(view).Any()))
        {
            yield return new Disorder(view, null, null, [], new HashSet<DirectionKey>(), false);
        }
    }

    protected override string Summarise(Disorder d) => d.Odd.Count > 0
        ? $"{d.Odd.Count} datagrams came twice {d.Place}; each was sent once."
        : string.Join("; ", Silent(d.View).Select(s => $"{s.Received.At} hears of {s.Received.Delta} duplicates and sent {s.Again} segments again")
            .Concat(Heard(d.View).Select(h => $"receivers report {h.Reports} duplicates, seen at {h.At}, where {h.Again} segments were sent again"))) + ".";

    protected override IEnumerable<NextEvidence> Next(Disorder d)
    {
        if (!d.Placed)
        {
            yield return new NextEvidence(
                VantagePoint.Unknown, "timeout 60 tcpdump -ni DEVICE -s 128 -w NODE-DEVICE.pcap tcp", TimeSpan.FromSeconds(60),
                "on one device at the sender's node and one at the receiver's at the same time: where one datagram (IP identification, TSval) becomes two");
        }
    }

    // A second copy now and then is nothing (a bridge that learns); of D-SACKs some come from tail loss probes.
    private const int Several = 3;
    private const int ManyReports = 10;

    /// <summary>Kernels that were told of duplicates more often than they sent anything again.</summary>
    private static IEnumerable<(CounterDelta Received, long Again)> Silent(CaseView view) => view.Facts.Of<CounterDelta>()
        .Where(c => c.Name == "TcpExt.TCPDSACKRecv" && c.Delta >= ManyReports)
        .Select(c => (Received: c, Again: view.Delta(c.At, "Tcp.RetransSegs")?.Delta)).Where(c => c.Again is { } again && again * 2 < c.Received.Delta).Select(c => (c.Received, c.Again!.Value));

    /// <summary>
    /// Captures near the sender that hold more reports of duplicates (D-SACK) than it sent again. A byte sent to keep a connection or to ask for its window came before as well, and its
    /// answer may say so.
    /// </summary>
    private static IEnumerable<(VantagePoint At, Provenance From, long Reports, long Again)> Heard(CaseView view) => view.Trails.Where(t => t.Flows.Count > 0).SelectMany(t => new[] { t.ToServer, t.ToClient })
        .Select(d => (Key: view.Connections.NearestToSender(d), Direction: d)).Select(d => (d.Key, FromClient: view.Connections.FromClient(d.Key, d.Direction)))
        .Select(d => (Flow: view.Flow(d.Key), Sender: view.Sender(d.Key, d.FromClient), Reports: view.Sender(d.Key, !d.FromClient)?.Observations.GetValueOrDefault("DuplicateSack") ?? 0))
        .Where(d => d is { Flow: not null, Sender: not null, Reports: > 0 })
        .GroupBy(d => d.Flow!.Capture)
        .Select(g => (g.First().Flow!.At, g.MaxBy(d => d.Reports).Flow!.From, Reports: g.Sum(d => d.Reports), Again: g.Sum(d => d.Sender!.Retransmissions
            + d.Sender.Observations.GetValueOrDefault("KeepAlive") + d.Sender.Observations.GetValueOrDefault("ZeroWindowProbe"))))
        .Where(h => h.Reports >= ManyReports && h.Again * 2 < h.Reports);

    private static IEnumerable<Sighting> CameTwice(Disorder d)
    {
        if (d.Odd.Count > 0)
        {
            yield return new Sighting(d.Odd.Count >= Several ? Answer.Yes : Answer.Unknown, $"{d.Odd.Count} came twice at {d.At}", [.. d.Odd.Take(12).Select(f => f.From)]);
        }

        foreach (var (received, again) in Silent(d.View))
        {
            yield return Sighting.Of(true, $"TcpExt.TCPDSACKRecv of {received.At} +{received.Delta}, Tcp.RetransSegs +{again}", received.From);
        }

        foreach (var heard in Heard(d.View))
        {
            yield return Sighting.Of(true, $"{heard.Reports} D-SACKs at {heard.At}, {heard.Again} sent again", heard.From);
        }
    }

    private static IEnumerable<Sighting> OnceThenTwice(Disorder d) => d.Placed
        ? [new Sighting(Answer.Yes, $"once at {d.Before}, twice at {d.At}", [.. d.Odd.Take(12).Select(f => f.From)])]
        : [];

    private static IEnumerable<Sighting> NotSentAgain(Disorder d)
    {
        var again = d.Directions.Sum(x => d.View.Sender(d.View.Connections.NearestToSender(x), d.View.Connections.FromClient(d.View.Connections.NearestToSender(x), x))?.Retransmissions ?? 0);
        if (d.Odd.Count > 0 && d.Before is not null)
        {
            yield return again < d.Odd.Count ? Sighting.Of(true, $"{again} sent again, {d.Odd.Count} came twice", d.Odd[0].From) : Sighting.Unknown($"{again} sent again, {d.Odd.Count} came twice");
        }

        foreach (var (received, sent) in Silent(d.View))
        {
            yield return Sighting.Of(true, $"{sent} sent again, {received.Delta} reported", received.From);
        }

        foreach (var heard in Heard(d.View))
        {
            yield return Sighting.Of(true, $"{heard.Again} sent again, {heard.Reports} reported", heard.From);
        }
    }

    private static IEnumerable<Sighting> OneDevice(Disorder d)
    {
        foreach (var capture in d.Odd.Select(f => f.Capture).Distinct().Select(d.View.Capture).OfType<CaptureSummary>())
        {
            yield return capture.AnyDevice ? Sighting.Unknown($"{capture.At} was captured on all devices at once", capture.From) : Sighting.Of(true, $"{capture.At}", capture.From);
        }
    }

    private static IEnumerable<Sighting> Reported(Disorder d) => d.Directions
        .Select(x => d.View.Stacks.End(x.Connection, x.FromClient != d.View.Trails[x.Connection].ToServer.FromClient)?.At).OfType<VantagePoint>().Distinct()
        .SelectMany(at => Counted.Grew(d.View, at, "TcpExt.TCPDSACKOldSent"));
}
