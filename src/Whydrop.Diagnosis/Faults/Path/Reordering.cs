using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>Segments overtake each other on the way, and the sender takes those that come late for lost.</summary>
internal sealed class Reordering : FaultOf<Disorder>
{
    public override string Id => "reordering";

    public override string Name => "Reordering";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "Retransmissions and a small congestion window, yet no counter of drops moves anywhere.";

    public override string Mechanism =>
        "Segments of one connection take ways of different length (packets sprayed over parallel links, a change of receive queue or of the datapath), so later ones arrive first. The "
        + "receiver acknowledges these selectively; the sender takes what is missing for lost, sends it again and slows down. Then the first copy arrives.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There the first copy never arrives."),
        new("spurious-rto", "There all segments are late together and none overtakes another; the retransmission timer sends again."),
        new("duplicate-delivery", "There the sender sent once."),
    ];

    public override string Remedy => "Keep the packets of one flow on one way: balance by flow, not by packet; steady RSS and RPS; no change of VF or bond mode (balance-rr) under load.";

    public override string Verify => "TcpExt.TCPSACKReorder and TCPDSACKRecv of the senders stand still under the same load, RetransSegs with them.";

    public override IReadOnlyList<string> References => ["RFC 4737 (reordering metrics)", "RFC 8985 (RACK: reordering window)", "RFC 3708 (D-SACK and needless retransmission)", "net/ipv4/tcp_input.c tcp_check_sack_reordering"];

    protected override IEnumerable<QuestionOf<Disorder>> Ask() =>
    [
        new("Did segments arrive behind later ones, with both copies, or were acknowledged so?", Quantifier.Any, QuestionRole.Signature, CameLate),
        new("Did the sender send again what was only late?", Quantifier.Any, QuestionRole.Signature, SentAgain),
        new("Were they in order at one place and not at the next?", Quantifier.Any, QuestionRole.Mechanism, OrderChanged),
        new("Did the first copies arrive after all?", Quantifier.All, QuestionRole.Discriminator, Arrived, "random-loss"),
        new("Was it duplicate acknowledgments that made the sender repeat, not its timer?", Quantifier.Any, QuestionRole.Discriminator, ByAcknowledgments, "spurious-rto"),
        new("Does the sender's kernel count reordering?", Quantifier.Any, QuestionRole.Support, Counters),
    ];

    protected override IEnumerable<Disorder> Propose(CaseView view)
    {
        var seen = Disorder.Find(view, Fate.Reordered).ToArray();
        foreach (var disorder in seen)
        {
            yield return disorder;
        }

        // Only the sender's side was captured: it repeats fast, and hears that both copies came.
        var covered = seen.SelectMany(d => d.Directions).ToHashSet();
        var vain = view.Trails.Where(t => t.Flows.Count > 0).SelectMany(t => new[] { t.ToServer, t.ToClient }).Where(d => !covered.Contains(d))
            .Where(d => Disorder.FatesAt(view, view.Connections.NearestToSender(d), d).Any(IsFastInVain)).ToHashSet();
        if (vain.Count > 0)
        {
            yield return new Disorder(view, null, null, [], vain, false);
        }
    }

    protected override string Summarise(Disorder d) => d.Odd.Count > 0
        ? $"{d.Odd.Count} segments overtaken {d.Place}; {d.NeedlessOfLate.Count} were sent again in vain, {d.TrulyLost} lost."
        : $"{d.NeedlessOfLate.Count} segments sent again in vain: what the sender took for lost had arrived, behind later ones.";

    protected override IEnumerable<NextEvidence> Next(Disorder d)
    {
        if (!d.Placed && d.Directions.Select(x => d.View.Trails[x.Connection]).FirstOrDefault() is { } trail)
        {
            var end = d.Directions.First() == trail.ToServer ? trail.ServerThere : trail.Client;
            yield return new NextEvidence(
                d.View.Stacks.Of(end.Address) ?? VantagePoint.Unknown, $"timeout 60 tcpdump -ni DEVICE -s 128 -w receiver.pcap 'tcp and port {trail.Server.Port}'", TimeSpan.FromSeconds(60),
                "in which order the segments arrive there; at the same time as a capture at their sender, and halfway");
        }
    }

    private static bool IsFastInVain(SegmentFate f) => f is { Fate: Fate.RetransmittedNeedlessly, Recovery: Recovery.FastRetransmit, Proven: true };

    // One may be a duplicate made by the network.
    private const int Several = 2;

    private static IEnumerable<Sighting> CameLate(Disorder d)
    {
        if (d.Odd.Count > 0)
        {
            yield return new Sighting(Answer.Yes, $"{d.Odd.Count} came behind later ones at {d.At}", [.. d.Odd.Take(12).Select(f => f.From)]);
        }

        var vain = d.NeedlessOfLate.Where(IsFastInVain).ToArray();
        if (vain.Length > 0)
        {
            yield return new Sighting(vain.Length >= Several ? Answer.Yes : Answer.Unknown, $"{vain.Length} acknowledged twice after a fast retransmit", [.. vain.Take(12).Select(f => f.From)]);
        }
    }

    private static IEnumerable<Sighting> SentAgain(Disorder d)
    {
        yield return new Sighting(d.NeedlessOfLate.Count > 0 ? Answer.Yes : Answer.No, $"{d.NeedlessOfLate.Count} sent again in vain", [.. (d.NeedlessOfLate.Count > 0 ? d.NeedlessOfLate : d.Odd).Take(12).Select(f => f.From)]);
    }

    private static IEnumerable<Sighting> OrderChanged(Disorder d) => d.Placed
        ? [new Sighting(Answer.Yes, $"in order at {d.Before}, {d.Odd.Count} not at {d.At}", [.. d.Odd.Take(12).Select(f => f.From)])]
        : [];

    private static IEnumerable<Sighting> Arrived(Disorder d)
    {
        var text = $"{d.NeedlessOfLate.Count} of {d.NeedlessOfLate.Count + d.TrulyLost} repetitions were in vain";
        yield return d.TrulyLost == 0 || d.NeedlessOfLate.Count >= d.TrulyLost ? Sighting.Of(true, text) : Sighting.Unknown(text);
    }

    private static IEnumerable<Sighting> ByAcknowledgments(Disorder d)
    {
        var by = d.NeedlessOfLate.Where(f => f.Recovery is not (null or Recovery.Unknown)).ToArray();
        if (by.Length > 0)
        {
            var fast = by.Count(f => f.Recovery == Recovery.FastRetransmit);
            var text = $"{fast} of {by.Length} by duplicate acknowledgments";
            yield return fast > 0 ? Sighting.Of(true, text, by[0].From) : Sighting.Of(false, text, by[0].From);
        }
        else if (d.Odd.Count > 0)
        {
            yield return Sighting.Of(true, $"{d.Odd.Count} were overtaken", d.Odd[0].From);
        }
    }

    private static IEnumerable<Sighting> Counters(Disorder d) => d.Directions
        .Select(x => d.View.Stacks.End(x.Connection, x.FromClient == d.View.Trails[x.Connection].ToServer.FromClient)?.At).OfType<VantagePoint>().Distinct()
        .SelectMany(at => Counted.Grew(d.View, at, "TcpExt.TCPSACKReorder", "TcpExt.TCPDSACKRecv"));
}
