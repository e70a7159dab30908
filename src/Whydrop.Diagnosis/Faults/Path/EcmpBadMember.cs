using Whydrop.Diagnosis.Statistics;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>One of several parallel links is bad: flows that are hashed to it lose, the others do not.</summary>
internal sealed class EcmpBadMember : FaultOf<Hop>
{
    public override string Id => "ecmp-bad-member";

    public override string Name => "One of several parallel paths is bad";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "A constant part of all connections is always bad, the rest always good; to try again often helps.";

    public override string Mechanism =>
        "Equal-cost routes or the members of a bundle share the traffic flow by flow, by a hash of addresses and ports. One member corrupts or drops. A connection stays on its member as long as it lives.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There all flows lose alike."),
        new("burst-loss-congestion", "There segments wait before they are lost, and all flows that share the queue lose."),
        new("rate-policer", "There flows lose by what they send."),
    ];

    public override string Remedy => "Find the member: compare error counters of the parallel links (switch ports, ethtool -S of bond members), or send probes with many source ports; take it out of the bundle, then repair it.";

    public override string Verify => "Open some hundred connections with different source ports: none loses.";

    public override IReadOnlyList<string> References => ["RFC 2992 (ECMP)", "RFC 7424 (large flows over LAG and ECMP)", "IEEE 802.1AX", "net.ipv4.fib_multipath_hash_policy"];

    protected override IEnumerable<QuestionOf<Hop>> Ask() =>
    [
        new("Are there enough losses and flows to tell them apart?", Quantifier.All, QuestionRole.Signature, Enough),
        new("Do some flows lose while others, which sent as much, lose nothing?", Quantifier.Any, QuestionRole.Signature, h => TwoKinds(h).Select(s => HopTests.OfSome(h, s))),
        new("Were segments of the bad flows seen before the hop and never after it?", Quantifier.Any, QuestionRole.Mechanism, HopTests.SeenToVanish),
        new("Do the bad flows go between the same addresses as the good ones?", Quantifier.Any, QuestionRole.Discriminator, SameEnds, "random-loss"),
        new("Did segments pass there without waiting in a queue?", Quantifier.All, QuestionRole.Discriminator, HopTests.NothingQueued, "burst-loss-congestion"),
        new("Did the bad flows send no faster than the good ones?", Quantifier.Any, QuestionRole.Discriminator, NotFaster, "rate-policer"),
        new("Does loss take all sizes alike?", Quantifier.All, QuestionRole.Support, HopTests.SizeDoesNotMatter),
    ];

    protected override IEnumerable<Hop> Propose(CaseView view) => view.Hops;

    protected override string Summarise(Hop hop)
    {
        var (bad, good) = Split(hop);
        return $"{hop.Losses.Count} segments lost {hop.Place}, all of {bad.Count} flows, none of {good.Count} others between the same hosts: the way depends on the flow, and one way is bad.";
    }

    protected override IEnumerable<NextEvidence> Next(Hop hop) => HopEvidence.For(hop);

    // A flow that would have lost so many at the common rate and lost none was spared with a chance of 1 in 1000 only (Poisson: e^-6.9).
    private const double SparedByChance = 0.001;

    // Of each kind two at least, or as many of one: fewer could be anything.
    private const int LeastFlows = 2;

    private sealed record Exposed(FlowKey Key, bool FromClient, long Segments, long Lost);

    /// <summary>Flows of the directions that lose: those with losses, and those without.</summary>
    private static (IReadOnlyList<Exposed> Bad, IReadOnlyList<Exposed> Good) Split(Hop hop)
    {
        var lost = hop.Losses.GroupBy(l => (new FlowKey(l.Fate.Capture, l.Fate.Flow), l.Fate.FromClient)).ToDictionary(g => g.Key, g => (long)g.Count());
        var sides = lost.Keys.Select(k => k.FromClient).ToHashSet();
        var peers = lost.Keys.Select(k => Ends(hop, k.Item1, k.FromClient)).ToHashSet();
        var all = hop.Directions.Where(d => sides.Contains(d.FromClient) && peers.Contains(Ends(hop, d.Key, d.FromClient)))
            .Select(d => new Exposed(d.Key, d.FromClient, d.Segments, lost.GetValueOrDefault((d.Key, d.FromClient)))).ToArray();
        return ([.. all.Where(f => f.Lost > 0)], [.. all.Where(f => f.Lost == 0)]);
    }

    /// <summary>Neighbours of one flow that are lost together are one event: what overflows takes them at once.</summary>
    private static int Events(Hop hop) => hop.Losses.GroupBy(l => (new FlowKey(l.Fate.Capture, l.Fate.Flow), l.Fate.FromClient)).Sum(g =>
    {
        var ordinals = g.Select(l => l.Fate.DataOrdinal).Order().ToArray();
        return 1 + ordinals.Zip(ordinals.Skip(1), (a, b) => b - a > 1 ? 1 : 0).Sum();
    });

    private static (System.Net.IPAddress?, System.Net.IPAddress?) Ends(Hop hop, FlowKey key, bool fromClient) => hop.View.Flow(key) is { } f
        ? fromClient ? (f.Client.Address, f.Server.Address) : (f.Server.Address, f.Client.Address)
        : (null, null);

    private static IEnumerable<Sighting> Enough(Hop hop)
    {
        var (bad, good) = Split(hop);
        var text = $"{hop.Losses.Count} losses, {bad.Count} flows with and {good.Count} without";
        yield return hop.Losses.Count >= HopTests.Enough && bad.Count + good.Count >= 2 * LeastFlows ? Sighting.Of(true, text) : Sighting.Unknown(text);
    }

    private static IEnumerable<Sighting> TwoKinds(Hop hop)
    {
        var (bad, good) = Split(hop);
        if (hop.Losses.Count < HopTests.Enough || bad.Count + good.Count < 2 * LeastFlows || !hop.SizesKnown)
        {
            yield break;
        }

        double segments = bad.Concat(good).Sum(f => f.Segments);
        double badSegments = bad.Sum(f => f.Segments);

        // Had loss taken all alike, the chance that it spared all of these.
        var chance = Events(hop) * Math.Log(badSegments / segments);
        var text = string.Create(null, $"{bad.Count} flows lose {100 * hop.Losses.Count / badSegments:0.#} % of {badSegments:0} segments, {good.Count} lose none of {segments - badSegments:0}; by chance: p = {Math.Exp(chance):0.0e+0}");

        // How many sets of flows could have been the spared ones: one may choose after the fact.
        var corrected = chance + Combinatorics.LogChoose(bad.Count + good.Count, good.Count);
        var yes = bad.Count >= 1 && good.Count >= LeastFlows && corrected < Math.Log(SparedByChance);
        yield return yes ? Sighting.Of(true, text, hop.Losses[0].From)
            : corrected > Math.Log(0.01) ? Sighting.Of(false, text, hop.Losses[0].From) : Sighting.Unknown(text, hop.Losses[0].From);
    }

    private static IEnumerable<Sighting> SameEnds(Hop hop)
    {
        var (bad, good) = Split(hop);
        if (bad.Count > 0 && good.Count > 0)
        {
            yield return Sighting.Of(true, $"{bad.Count + good.Count} flows between {string.Join(", ", bad.Select(b => Ends(hop, b.Key, b.FromClient)).Distinct().Take(3).Select(e => $"{e.Item1} and {e.Item2}"))}", hop.Losses[0].From);
        }
    }

    private static IEnumerable<Sighting> NotFaster(Hop hop)
    {
        var (bad, good) = Split(hop);
        if (bad.Count == 0 || good.Count == 0)
        {
            yield break;
        }

        double Median(IReadOnlyList<Exposed> flows) => flows.Select(f => hop.View.Flow(f.Key) is { } flow && (flow.Last - flow.First).TotalSeconds is > 0 and var s ? f.Segments / s : 0).Order().ElementAt(flows.Count / 2);
        var (b, g) = (Median(bad), Median(good));
        var text = string.Create(null, $"{b:0} segments/s at the median of the bad ones, {g:0} of the good ones");
        yield return b <= 2 * g ? Sighting.Of(true, text) : Sighting.Unknown(text);
    }
}
