using Whydrop.Diagnosis.Statistics;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>Something between the ends drops SYNs that offer ECN.</summary>
internal sealed class EcnBleachOrDrop : FaultOf<EcnBleachOrDrop.Refused>
{
    // What chance would pick just so: once in twenty at most.
    private const double Coincidence = 0.05;

    public override string Id => "ecn-bleach-or-drop";

    public override string Name => "SYNs that offer ECN are dropped";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "Each connection across one device takes a second or more to open, and works well then.";

    public override string Mechanism =>
        "An old firewall takes the bits ECE and CWR of a SYN for an attack and drops it. The client sends it again; after one or two repetitions Linux leaves the bits out (tcp_ecn_fallback), and that SYN passes.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There SYNs are lost with and without ECN."),
        new("listen-overflow", "There the SYN arrives at the server, which counts it."),
    ];

    public override string Remedy => "Let the device pass SYNs with ECE and CWR, or set net.ipv4.tcp_ecn=2 (accept, do not offer) on the clients.";

    public override string Verify => "The first SYN is answered, with net.ipv4.tcp_ecn=1 on the client.";

    public override IReadOnlyList<string> References => ["RFC 3168 §6.1.1, §6.1.1.1", "RFC 3360 §2", "net/ipv4/tcp_output.c tcp_ecn_send_syn (tcp_ecn_fallback)"];

    protected override IEnumerable<QuestionOf<Refused>> Ask() =>
    [
        new("Were SYNs that offer ECN sent in vain, and the same without it answered?", Quantifier.Any, QuestionRole.Signature, InVain),
        new("Was every SYN that offers ECN left without an answer?", Quantifier.All, QuestionRole.Signature, h => Answered(h).Select(s => s.Opposite)),
        new("Do the bits decide, and not chance?", Quantifier.All, QuestionRole.Mechanism, NotChance),
        new("Were they seen on the way, and never behind it?", Quantifier.Any, QuestionRole.Mechanism, Vanish),
    ];

    protected override IEnumerable<Refused> Propose(CaseView view) => view.Attempts.Where(a => a is { Outcome: AttemptOutcome.Established, Syns.Count: > 1 } && a.Syns[0].EcnSetup && !a.Syns[^1].EcnSetup)
        .GroupBy(a => a.LostSyns.Where(l => l.Proven).Select(l => (l.LastSeen, (Evidence.VantagePoint?)l.MissingAt)).FirstOrDefault((a.Syns[0].At, null)))
        .Select(g => new Refused(view, g.Key.Item1, g.Key.Item2, [.. g]));

    protected override string Summarise(Refused r) =>
        $"{r.Attempts.Count} connection{(r.Attempts.Count == 1 ? "" : "s")} opened only by a SYN without ECN; those with it vanished {(r.Missing is { } m ? $"between {r.Seen} and {m}" : $"behind {r.Seen}")}.";

    protected override IEnumerable<NextEvidence> Next(Refused r)
    {
        if (r.Missing is null)
        {
            yield return AttemptEvidence.Capture(r.View.Stacks.Of(r.Attempts[0].ServerThere.Address), $"tcp and host {r.Attempts[0].ServerThere.Address}", "whether the SYNs with ECE and CWR arrive; at the same time as where they are sent");
        }
    }

    private static IEnumerable<Sighting> InVain(Refused r) => r.Attempts.Select(a =>
        Sighting.Of(true, $"{a.Client} > {a.Server}: {a.Syns.Count(s => s.EcnSetup)} with ECN, answered without", [.. a.Frames]));

    /// <summary>Attempts between the same two ends whose SYN offered ECN and was answered; a plain opening is only listed with the options of its SYN when it was not plain.</summary>
    private static IEnumerable<Sighting> Answered(Refused r)
    {
        var answered = r.View.Facts.Of<ControlSegment>().Where(c => c is { Kind: ControlKind.SynAck, EcnSetup: true }
            && r.Attempts.Any(a => a.SeenAt.Any(f => f.Capture == c.Capture && f.Flow == c.Flow))).ToArray();
        return answered.Length > 0 ? answered.Select(c => Sighting.Of(true, "the SYN-ACK agrees to ECN", c.From)) : [Sighting.Of(false, "none of these", [.. r.Attempts.Select(a => a.From).Take(4)])];
    }

    private static IEnumerable<Sighting> NotChance(Refused r)
    {
        // Each of the SYNs with the bits was lost, none of those without: the chance that as many losses fall so.
        var (with, without) = (r.Attempts.Sum(a => (long)a.Syns.Count(s => s.EcnSetup)), (long)r.Attempts.Count);
        var chance = Combinatorics.FisherUpper(with, with, 0, without);
        yield return new Sighting(chance <= Coincidence ? Answer.Yes : Answer.Unknown, string.Create(null, $"{with} of {with} with ECN lost, 0 of {without} without; chance {chance:0.0000}"), [.. r.Attempts.Select(a => a.From).Take(8)]);
    }

    private static IEnumerable<Sighting> Vanish(Refused r) => r.Attempts.SelectMany(a => a.LostSyns).Where(l => l.Proven && l.Segment is { EcnSetup: true })
        .Select(l => Sighting.Of(true, $"seen at {l.LastSeen}, never at {l.MissingAt}", l.From));

    /// <summary>Attempts whose SYNs with ECN died at one place.</summary>
    internal sealed class Refused(CaseView view, Evidence.VantagePoint seen, Evidence.VantagePoint? missing, IReadOnlyList<Attempt> attempts)
        : Hypothesis(view, view.Devices.Beyond(seen, attempts.Select(a => a.Connection)))
    {
        internal Evidence.VantagePoint Seen { get; } = seen;

        internal Evidence.VantagePoint? Missing { get; } = missing;

        internal override bool Placed => Missing is not null && Missing.Stack != Seen.Stack;

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;
    }
}
