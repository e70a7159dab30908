using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>Strict reverse path filtering discards packets whose way back leaves by another device.</summary>
internal sealed class RpFilterMartian : FaultOf<RpFilterMartian.Filtered>
{
    private const string Counter = "TcpExt.IPReversePathFilter";

    public override string Id => "rp-filter-martian";

    public override string Name => "Reverse path filter";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "NodePorts or pods with several interfaces cannot be reached from some places; nothing comes back.";

    public override string Mechanism =>
        "With rp_filter=1 the kernel looks up the way back to the source of each packet. When that way leaves by another device than the packet came in by, it is discarded "
        + "before any rule sees it. Asymmetric routes, a second network card and DSR bring that about.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("networkpolicy-drop", "There a rule with a counter drops, and IPReversePathFilter stands still."),
        new("asymmetric-routing", "There a stateful device elsewhere drops what it saw only half of."),
        new("missing-route", "There no route leads on; here none leads back by the same device."),
    ];

    public override string Remedy => "Set net.ipv4.conf.DEVICE.rp_filter=2 (loose) on the device, or make the way back symmetric (rules by source or mark).";

    public override string Verify => "nstat -az TcpExtIPReversePathFilter stays at its value under the same load.";

    public override IReadOnlyList<string> References => ["RFC 3704 §2.2", "net/ipv4/fib_frontend.c __fib_validate_source", "Documentation/networking/ip-sysctl.rst rp_filter"];

    protected override IEnumerable<QuestionOf<Filtered>> Ask() =>
    [
        new("Did the reverse path filter of the namespace discard packets?", Quantifier.Any, QuestionRole.Signature, h => Counted.Grew(h.View, h.Stack.At, Counter)),
        new("Did packets come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished().Concat(MustDiscard(h))),
        new("Were these the packets it discarded?", Quantifier.Any, QuestionRole.Mechanism, TheSame),
    ];

    protected override IEnumerable<Filtered> Propose(CaseView view)
    {
        var candidates = DroppedAt.Candidates(view).Select(c => new Filtered(view, c.Stack.At, c.Gone)).Where(c => view.Delta(c.Stack.At, Counter) is not null || c.Stack.Setting("net.ipv4.conf.all.rp_filter") is not null).ToArray();
        var counted = view.Facts.Of<CounterDelta>().Where(d => d is { Name: Counter, Delta: > 0 }).Select(d => d.At.Stack).Distinct()
            .Where(at => !candidates.Any(c => c.Stack.At == at)).Select(at => new Filtered(view, at, null));
        return candidates.Concat(counted);
    }

    protected override string Summarise(Filtered h)
    {
        var counted = $"the reverse path filter of {h.Scope} discarded {h.View.Delta(h.Stack.At, Counter)?.Delta} packets";
        return h.Gone is { } gone ? $"{gone.What} vanished {gone.Place}; {counted}." : $"{char.ToUpperInvariant(counted[0])}{counted[1..]}.";
    }

    protected override IEnumerable<NextEvidence> Next(Filtered h) => DroppedAtEvidence.For(h, "nstat -az TcpExtIPReversePathFilter; ip route show table all; sysctl -a -r rp_filter");

    /// <summary>As many as vanished; or more, when filter and routes say that it must have been these.</summary>
    private static IEnumerable<Sighting> TheSame(Filtered h)
    {
        foreach (var counted in h.Accounts(Counter))
        {
            yield return counted;
        }

        foreach (var must in MustDiscard(h))
        {
            yield return must;
        }
    }

    /// <summary>The filter is strict where they came in, the way back to their source is another device, and it discarded at least as many.</summary>
    private static IEnumerable<Sighting> MustDiscard(Filtered h)
    {
        if (h.Gone is not { Seen.Interface: { } came } gone || gone.Seen.Stack != h.Stack.At || h.View.Delta(h.Stack.At, Counter) is not { Delta: > 0 } grown || grown.Delta < gone.Count)
        {
            yield break;
        }

        foreach (var source in gone.Ends(h.View).Select(e => e.From.Address).Distinct())
        {
            var back = RouteLookup.Of(h.View, h.Stack.At, source);
            if (back is { Known: true, Found: { } route } && Strict(h, came) is { } strict)
            {
                yield return route.At.Interface != came
                    ? Sighting.Of(true, $"{strict.Key}={strict.Value}, {source} is reached by {route.At.Interface ?? route.Type}, not by {came}", [strict.From, .. back.Evidence])
                    : Sighting.Unknown($"{source} is reached by {came} too", [.. back.Evidence]);
            }
        }
    }

    // The kernel takes the larger of "all" and the device.
    private static Sysctl? Strict(Filtered h, string device) =>
        new[] { h.Stack.Setting("net.ipv4.conf.all.rp_filter"), h.Stack.Setting($"net.ipv4.conf.{device.Replace('.', '/')}.rp_filter") }
            .OfType<Sysctl>().OrderByDescending(s => s.Value, StringComparer.Ordinal).FirstOrDefault() is { Value: "1" } strict ? strict : null;

    /// <summary>A namespace whose settings say that it must discard them is the place, also where no capture shows them missing.</summary>
    internal sealed class Filtered(CaseView view, VantagePoint at, Vanishing? gone) : DroppedAt(view, at, gone)
    {
        internal override bool Placed => base.Placed || MustDiscard(this).Any(s => s.Answer == Answer.Yes);
    }
}
