using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>A stateful hop loses every connection at one moment.</summary>
internal sealed class FirewallStateLoss : FaultOf<StateLost>
{
    // Two that die together are a coincidence a user sees daily; with three of their own rhythm it is one event.
    private const int Many = 3;

    public override string Id => "firewall-state-loss";

    public override string Name => "A stateful hop lost its state";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "Very many connections break at the same moment; connecting again works.";

    public override string Mechanism =>
        "A firewall, load balancer or NAT that fails over without its connections, restarts, or gets a new policy, knows none of the connections that pass it. Segments in the middle of a connection are refused, "
        + "by silence or by a RST; a new SYN makes new state.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("keepalive-vs-idle-timeout", "There a connection dies by its own silence, at its own time."),
        new("path-blackout", "There new connections fail too, and old ones go on when it ends."),
        new("oom-stall", "There one end died, and its own kernel sends the RSTs."),
    ];

    public override string Remedy => "Look at the events of the device at that moment; synchronise connections between its members, let it pick up connections in the middle, change policies without clearing state.";

    public override string Verify => "At the next failover or change of policy no group of connections dies at once.";

    public override IReadOnlyList<string> References => ["Documentation/networking/nf_conntrack-sysctl.rst nf_conntrack_tcp_loose", "conntrackd(8)", "RFC 9293 §3.5.1"];

    internal override IReadOnlyList<string> LeadsTo => ["middlebox-rst", "app-rst"];

    protected override IEnumerable<QuestionOf<StateLost>> Ask() =>
    [
        new("Did several connections stop getting through for good?", Quantifier.Any, QuestionRole.Signature, Several),
        new("Is there one moment at which all of them may have died?", Quantifier.Any, QuestionRole.Signature, OneMoment),
        new("Did all die at that moment?", Quantifier.All, QuestionRole.Mechanism, h => LivedOn(h).Select(s => s.Opposite)),
        new("Did one die that had not been silent, or no longer than others that lived?", Quantifier.Any, QuestionRole.Signature, NotOfSilence),
        new("Is it known from both sides where they stop?", Quantifier.All, QuestionRole.Mechanism, h => h.Between()),
        new("Did new connections get through afterwards?", Quantifier.Any, QuestionRole.Signature, NewOnes),
        new("Were the old ones still refused when new ones got through?", Quantifier.Any, QuestionRole.Discriminator, StillRefused, "path-blackout"),
    ];

    protected override IEnumerable<StateLost> Propose(CaseView view) => StateLost.Find(view).Where(h => h.Deaths.Count > 1);

    protected override string Summarise(StateLost h) =>
        $"{h.Deaths.Count} connections died {h.Place} at one moment between {h.Moment?.From} and {h.Moment?.To}, {h.Deaths.Count(d => d.Busy)} of them busy.";

    protected override IEnumerable<NextEvidence> Next(StateLost h) => h.OtherSide();

    private static IEnumerable<Sighting> Several(StateLost h) =>
        [h.Deaths.Count >= Many ? Sighting.Of(true, $"{h.Deaths.Count} connections", h.Frames) : Sighting.Unknown($"{h.Deaths.Count} connections", h.Frames)];

    private static IEnumerable<Sighting> OneMoment(StateLost h)
    {
        if (h.Moment is not { } moment)
        {
            yield break;
        }

        var (from, to) = moment;
        yield return from <= to ? Sighting.Of(true, $"between {from} and {to}", h.Frames)
            : new Sighting(h.Placed ? Answer.No : Answer.Unknown, $"one was dead at {to}, another alive at {from}{(h.Placed ? "" : ", and where they died is not proven")}", h.Frames);
    }

    private static IEnumerable<Sighting> LivedOn(StateLost h)
    {
        if (h.Moment is null)
        {
            return [];
        }

        var lived = h.LivedThrough().ToArray();
        return lived.Length == 0 ? [Sighting.Of(false, "none", h.Frames)]
            : lived.Take(4).Select(l => Sighting.Of(true, $"{h.View.Trails[l.Connection].Client} spoke on after it", l.Pause.From));
    }

    private static IEnumerable<Sighting> NotOfSilence(StateLost h)
    {
        foreach (var busy in h.Deaths.Where(d => d.Busy).Take(4))
        {
            yield return Sighting.Of(true, $"{h.View.Trails[busy.Connection].Client} was busy", busy.From);
        }

        if (h.Survived.Count > 0 && h.ShortestDeadly is { } deadly && h.Survived[0].Pause is var longest)
        {
            var text = string.Create(null, $"{longest.Duration.TotalSeconds:0.00} s were survived, one died after {deadly.TotalSeconds:0.00} s");
            yield return longest.Duration >= deadly ? Sighting.Of(true, text, longest.From) : Sighting.Unknown(text, longest.From);
        }
    }

    private static IEnumerable<Sighting> NewOnes(StateLost h) => h.NewOnes.Count == 0 ? [Sighting.Unknown("none was seen")]
        : [Sighting.Of(true, $"{h.NewOnes.Count} later", h.NewOnes[0].From)];

    // An outage lets nothing pass and answers nothing; who gave up in it does not try again when it ends.
    private static IEnumerable<Sighting> StillRefused(StateLost h)
    {
        // One that passes a segment on and resets all the same knows the connection.
        foreach (var (death, bytes) in h.Deaths.Select(d => (d, h.NotPassedOn(d))).Where(d => d.Item2 > 0).Take(4))
        {
            yield return Sighting.Of(true, $"{bytes} bytes were not passed on, and answered by a RST", death.From);
        }

        if (h.NewOnes.Count > 0)
        {
            var first = h.NewOnes.MinBy(f => f.First)!;
            var after = Openings.LostAfter(h.Deaths.SelectMany(d => d.Losses), first.Capture, first.First).ToArray();
            yield return after.Length > 0
                ? Sighting.Of(true, $"{after.Length} segments vanished after {first.First}, when a new one had got through", [first.From, .. after.Select(l => l.From).Take(8)])
                : Sighting.Unknown($"nothing of the old ones came after {first.First}", first.From);
        }
    }
}
