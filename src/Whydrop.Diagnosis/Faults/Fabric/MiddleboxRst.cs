using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>Something between the ends forges RSTs in their names.</summary>
internal sealed class MiddleboxRst : FaultOf<MiddleboxRst.Forged>
{
    // RFC 6298 (2.1): whoever is not answered repeats itself after a second at most; an answer comes sooner.
    private static readonly TimeSpan Reply = TimeSpan.FromSeconds(1);

    // net/ipv4/netfilter/nf_reject_ipv4.c nf_reject_iphdr_put takes net.ipv4.ip_default_ttl.
    private const int LinuxTtl = 64;

    public override string Id => "middlebox-rst";

    public override string Name => "Forged RST";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "Connection reset by peer at both ends, and neither application nor kernel did it.";

    public override string Mechanism =>
        "A firewall, intrusion prevention, or a load balancer that cleans up idle connections ends a connection by RSTs in the names of the two ends. Each takes it for the word of the other. "
        + "The packet has the TTL of the box and not that of the end, and was never seen on the end's side of the box.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("app-rst", "There the RST leaves the end it names, whose kernel counts it."),
        new("conntrack-invalid-rst", "There one end itself resets, in answer to a packet whose address was not translated back."),
        new("networkpolicy-drop", "There a rule of a node rejects: the RST is born inside that node."),
        new("keepalive-vs-idle-timeout", "There the box has forgotten the connection, and answers so what comes first after a silence."),
    ];

    public override string Remedy => "Find the box by the TTL (its start, 64, 128 or 255, less what it has here, is its distance) and by the places around it; except these connections from its inspection, or raise its idle time-out above the keepalive of the ends.";

    public override string Verify => "No RST comes whose TTL differs from that of the other packets of its sender.";

    public override IReadOnlyList<string> References => ["RFC 3360 (inappropriate TCP resets)", "RFC 9293 §3.10.7.4 (which RSTs are taken)"];

    protected override IEnumerable<QuestionOf<Forged>> Ask() =>
    [
        new("Were connections reset before they had ended?", Quantifier.Any, QuestionRole.Signature, f => [Sighting.Of(true, $"{f.Resets.Count}", [.. f.Resets.Select(r => r.From).Take(24)])]),
        new("Does something about the RSTs not fit whom they name?", Quantifier.All, QuestionRole.Signature, DoesNotFit),
        new("Were they seen on the way, and never nearer to their sender?", Quantifier.Any, QuestionRole.Mechanism, BornOnTheWay),
        new("Were they born between hosts, not inside one?", Quantifier.All, QuestionRole.Discriminator, Outside, "networkpolicy-drop"),
        new("Did they come of the box's own accord, not as its answer to what came first after a silence?", Quantifier.All, QuestionRole.Discriminator, OwnAccord, "keepalive-vs-idle-timeout"),
        new("Is their TTL another than that of their sender's packets?", Quantifier.Any, QuestionRole.Support, OtherTtl),
        new("Did the kernel they name send none?", Quantifier.All, QuestionRole.Support, NotCounted),
    ];

    protected override IEnumerable<Forged> Propose(CaseView view) => view.Resets
        .Where(r => r.Abnormal && (r.Birth is { AbsenceProven: true } || (r.TtlAgrees == Answer.No && r.LeftSender == Answer.Unknown)))
        .GroupBy(r => r.Birth is { AbsenceProven: true } b ? string.Join('|', new[] { $"{b.At.Stack}", $"{b.NotSeenAt.Stack}" }.Order(StringComparer.Ordinal)) : $"?{r.Sightings[^1].At}")
        .Select(g => new Forged(view, [.. g]));

    protected override string Summarise(Forged f)
    {
        var (first, birth) = (f.Resets[0], f.Resets[0].Birth);
        return $"{f.Resets.Count} connection{(f.Resets.Count == 1 ? "" : "s")} reset in the name of {string.Join(", ", f.Resets.Select(r => $"{r.Sender.Address}").Distinct().Take(3))}"
            + (birth is { AbsenceProven: true } ? $" by RSTs that {birth.At} saw and {birth.NotSeenAt} did not" : "")
            + (first.TtlAgrees == Answer.No ? $"; their TTL is {first.Segment.Ttl}, that of its other packets {first.UsualTtl}." : ".");
    }

    protected override IEnumerable<NextEvidence> Next(Forged f)
    {
        var sender = f.Resets[0].Sender.Address;
        yield return AttemptEvidence.Capture(f.View.Stacks.Of(sender), $"tcp and host {sender}", $"whether the RST leaves {sender} itself; at the same time as where it arrives");
    }

    private static IEnumerable<Sighting> DoesNotFit(Forged f) => f.Resets.Select(r => r.LeftSender == Answer.Yes
        ? Sighting.Of(false, $"seen leaving at {r.Segment.At}", r.From)
        : Sighting.Of(true, r.Birth is { AbsenceProven: true } b ? $"not seen at {b.NotSeenAt}" : $"TTL {r.Segment.Ttl}, of its other packets {r.UsualTtl}", r.From));

    private static IEnumerable<Sighting> BornOnTheWay(Forged f) => f.Resets.Select(r => r.Birth).OfType<Evidence.Journeys.ControlBirth>()
        .Select(b => new Sighting(b.AbsenceProven ? Answer.Yes : Answer.Unknown, $"seen at {b.At}, never at {b.NotSeenAt}", [b.From]));

    // Between two pods lie the nodes of both, whose rules may reject as well.
    private static IEnumerable<Sighting> Outside(Forged f) => f.Resets.Where(r => r.Birth is { AbsenceProven: true }).Select(r =>
    {
        var (born, text) = (r.Birth!, $"between {r.Birth!.NotSeenAt} and {r.Birth.At}");
        return born.At.Stack == born.NotSeenAt.Stack ? Sighting.Of(false, text, born.From)
            : f.View.Forwards(born.At) && f.View.Forwards(born.NotSeenAt) ? Sighting.Of(true, $"{text}, which both pass on what others send", born.From)
            : r.Sightings.Any(s => s.Ttl > LinuxTtl && !Stacks.IsInitialTtl(s.Ttl)) ? Sighting.Of(true, $"{text}; its TTL is {r.Segment.Ttl}, that of a rule of a node starts at {LinuxTtl}", born.From)
            : Sighting.Unknown($"{text}, and what lies there is not known", born.From);
    });


    // A segment of a live exchange may be refused for what it holds; the first after a silence, for what has been forgotten.
    private static IEnumerable<Sighting> OwnAccord(Forged f)
    {
        var pauses = f.View.Facts.Of<Pause>().ToLookup(p => new FlowKey(p.Capture, p.Flow));
        foreach (var r in f.Resets)
        {
            var ended = r.Sightings.SelectMany(s => pauses[new FlowKey(s.Capture, s.Flow)].Where(p => p.Duration >= StateLost.ShortestIdle && p.EndedBy is PauseEnd.NewData or PauseEnd.Probe
                && s.Seen - Timestamps.Add(p.Start, p.Duration) is var after && after >= TimeSpan.Zero && after < Reply)).FirstOrDefault();
            yield return ended is not null ? Sighting.Of(false, string.Create(null, $"it answered what came after {ended.Duration.TotalSeconds:0.0} s of silence"), r.From, ended.From)
                : r.Sightings.Any(s => f.View.ListsSilences(s.Capture)) ? Sighting.Of(true, "no silence had just ended", r.From)
                : Sighting.Unknown("silences were not listed", r.From);
        }
    }

    private static IEnumerable<Sighting> OtherTtl(Forged f) => f.Resets.Where(r => r.TtlAgrees != Answer.Unknown)
        .Select(r => Sighting.Of(r.TtlAgrees == Answer.No, $"TTL {r.Segment.Ttl}, {r.UsualTtl}", r.From));

    private static IEnumerable<Sighting> NotCounted(Forged f) => f.Resets.Where(r => r.SenderCounted == Answer.No)
        .Select(r => Sighting.Of(true, $"Tcp.OutRsts of {r.Sender.Address} +0", r.From));

    /// <summary>RSTs that do not come from whom they name.</summary>
    internal sealed class Forged(CaseView view, IReadOnlyList<ConnectionReset> resets)
        : Hypothesis(view, Between(view, resets))
    {
        private readonly HashSet<int> reset = [.. resets.Select(r => r.Direction.Connection)];

        internal override bool Placed => Resets[0].Birth is { AbsenceProven: true, At.Interface: not null };

        internal override IReadOnlyList<ConnectionReset> Resets { get; } = resets;

        /// <summary>What was under way when a connection was reset: nobody acknowledges it any more, and no place misses it.</summary>
        internal override IReadOnlyList<Loss> Losses =>
            [.. View.Losses.Where(l => l is { MissingAt: null, Fate.NeverDelivered: true } && reset.Contains(l.Direction.Connection))];

        /// <summary>The first that saw them, or the last that did not, whichever is a place on the way and no end of it.</summary>
        private static Scope Between(CaseView view, IReadOnlyList<ConnectionReset> resets) => resets[0].Birth is not { AbsenceProven: true } birth ? Scope.Unplaced
            : new[] { birth.At, birth.NotSeenAt }.Select(p => view.Devices.Beyond(p, resets.Select(r => r.Direction.Connection))).FirstOrDefault(s => s != Scope.Unplaced) ?? Scope.Unplaced;
    }
}
