using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis;

/// <summary>Packets that one host sent and the next never received: the hypothesis of faults in what lies between hosts and belongs to none of them.</summary>
/// <param name="view">The case.</param>
/// <param name="gone">What vanished, and between which places.</param>
internal class BetweenHosts(CaseView view, Vanishing gone) : Hypothesis(view, Scope.Of(gone.Seen))
{
    // How long a capture at the other side has to run to see a few attempts.
    private static readonly TimeSpan Watch = TimeSpan.FromMinutes(1);

    // One packet in a hundred lost by chance takes three in a row once in a million times.
    private const int Enough = 3;

    private IReadOnlyList<Crossing>? crossings;

    internal Vanishing Gone { get; } = gone;

    /// <summary>They left a host that forwards, and the next that was to take them in never saw them: no filter, route or queue of either is in between.</summary>
    internal override bool Placed => Between && Gone.Stacks(View).Count == 0;

    internal override IReadOnlyList<Loss> Losses => Gone.Losses;

    internal override IReadOnlyList<Attempt> Attempts => Gone.Unanswered;

    internal override IReadOnlySet<int> Connections => Gone.Directions.Select(d => d.Connection).ToHashSet();

    /// <summary>What vanished, by connection.</summary>
    internal IEnumerable<Crossing> Stopped => Crossings.Where(c => Gone.Directions.Contains(c.Direction));

    /// <summary>What came through there at the same time.</summary>
    internal IEnumerable<Crossing> Passed => Crossings.Where(c => c.Passed && !Gone.Directions.Contains(c.Direction));

    private IReadOnlyList<Crossing> Crossings => crossings ??= Crossing.All(View, Gone);

    /// <summary>Two nodes, not two pods with nodes of which nothing was collected between them.</summary>
    private bool Between => Gone is { Proven: true, Missing: { } missing } && missing.Stack != Gone.Seen.Stack && Forwards(Gone.Seen) && Forwards(missing);

    /// <summary>
    /// What vanished between hosts, or behind the last host that was watched. Where a capture of the next host was not yet known to be alive, an inner one
    /// may tell the absence: the same connection's later packets say which it was.
    /// </summary>
    internal static IEnumerable<BetweenHosts> Candidates(CaseView view)
    {
        var all = view.Vanishings.Where(v => v.Missing is null ? v.Stacks(view).Count == 0 : v.Missing.Stack != v.Seen.Stack).Select(v => AtPodsHost(view, AtTunnelEnd(view, AtEntrance(view, v))));
        foreach (var group in all.GroupBy(v => (v.Seen, v.Missing?.Stack)))
        {
            var best = group.Count() == 1 ? group.First() : group.OrderByDescending(v => v.Proven && v.Stacks(view).Count == 0).ThenByDescending(v => Crossing.All(view, v).Count(c => c.Passed)).ThenByDescending(v => v.Count).First();
            var same = group.Where(v => v == best || v.Missing == best.Missing || v.Directions.Overlaps(best.Directions)).ToArray();
            foreach (var gone in group.Except(same).Prepend(same.Length == 1 ? best : new Vanishing(
                best.Seen, best.Missing, best.Proven, [.. same.SelectMany(v => v.Losses)], [.. same.SelectMany(v => v.Controls)], [.. same.SelectMany(v => v.Unanswered)])))
            {
                yield return new BetweenHosts(view, gone);
            }
        }
    }

    /// <summary>The same, missing at the device by which others to the same destination come in to the next host, when that was watched and its host saw nothing of it.</summary>
    private static Vanishing AtEntrance(CaseView view, Vanishing gone)
    {
        if (gone is { Proven: false, Missing: not null })
        {
            return gone;
        }

        var (first, last) = gone.Span;
        var to = gone.Destinations(view).ToHashSet();
        var seenAt = new Lazy<HashSet<VantagePoint>>(() => [.. gone.Directions.SelectMany(d => view.Trails[d.Connection].Flows).Select(f => f.At.Stack)]);
        foreach (var trail in view.Trails)
        {
            var flows = trail.Flows.ToList();
            var seen = flows.FindIndex(f => f.At == gone.Seen);
            if (seen < 0 || (!to.Contains(flows[seen].Server.Address) && !to.Contains(flows[seen].Client.Address)))
            {
                continue;
            }

            var toServer = to.Contains(flows[seen].Server.Address);
            var way = toServer ? flows[(seen + 1)..] : Enumerable.Reverse(flows[..seen]);

            // A capture may have kept one direction only: what others sent that way was seen there.
            if (way.FirstOrDefault(f => f.At.Stack != gone.Seen.Stack) is { } entrance && (toServer ? entrance.FromClient : entrance.FromServer).Ttl is not null && (gone.Missing is null || gone.Missing.Stack == entrance.At.Stack)
                && view.Capture(entrance.Capture) is { Complete: true, KernelDrops: 0 or null } capture && capture.First <= first && capture.Last >= last
                && !seenAt.Value.Contains(entrance.At.Stack))
            {
                return gone with { Missing = entrance.At, Proven = true };
            }
        }

        return gone;
    }

    /// <summary>Wrapped, they were to come in where plain packets between the two ends of the tunnel do. A capture without a filter there would have kept them.</summary>
    private static Vanishing AtTunnelEnd(CaseView view, Vanishing gone)
    {
        var trail = view.Trails[gone.Directions.First().Connection];
        if (gone.Proven || Encapsulation.Ends(trail.Flows.LastOrDefault(f => f.At == gone.Seen)?.Encapsulation) is not { } ends)
        {
            return gone;
        }

        return WhereOthersComeIn(
            view, gone,
            seen => seen.Encapsulation is null && ((Ends.Same(seen.Client.Address, ends.Source) && Ends.Same(seen.Server.Address, ends.Destination))
                || (Ends.Same(seen.Client.Address, ends.Destination) && Ends.Same(seen.Server.Address, ends.Source))),
            there => there.At.Stack != gone.Seen.Stack);
    }

    /// <summary>
    /// Plain, they were to come in at the one other host whose table has the destination on a device of its own, where other packets between the two come in:
    /// also where a device further inside is the one that is said to have missed them.
    /// </summary>
    internal static Vanishing AtPodsHost(CaseView view, Vanishing gone)
    {
        if (gone.Destinations(view) is not [var to, ..])
        {
            return gone;
        }

        var hosts = view.ListedStacks.Where(s => s != gone.Seen.Stack && RouteLookup.Of(view, s, to) is { Known: true, Found: { Via: null, Type: "unicast" or "" } }).ToArray();
        if (hosts is not [var host] || (gone.Missing is { } inner && inner.Stack != host))
        {
            return gone;
        }

        var entrance = WhereOthersComeIn(view, gone, seen => seen.Encapsulation is null, there => there.At.Stack == host && there.Encapsulation is null);
        return entrance.Proven || gone.Missing is null ? entrance : gone;
    }

    private static Vanishing WhereOthersComeIn(CaseView view, Vanishing gone, Func<TcpFlow, bool> passes, Func<TcpFlow, bool> comesIn)
    {
        var seenAt = new Lazy<HashSet<VantagePoint>>(() => [.. gone.Directions.SelectMany(d => view.Trails[d.Connection].Flows).Select(f => f.At)]);
        foreach (var flows in view.Trails.Select(t => t.Flows))
        {
            if (flows.Any(f => f.At == gone.Seen && passes(f)) && flows.FirstOrDefault(comesIn) is { } there && view.Capture(there.Capture) is { } capture
                && !seenAt.Value.Contains(there.At))
            {
                var whole = capture is { Complete: true, KernelDrops: 0 or null } && capture.First <= gone.Span.Last && capture.Last >= gone.Span.Last;
                return gone with { Missing = there.At, Proven = whole && view.Unfiltered.Contains(there.Capture) };
            }
        }

        return gone;
    }

    /// <summary>Packets left one host, and the next never saw them.</summary>
    internal IEnumerable<Sighting> Vanished() =>
        [new(Between ? Answer.Yes : Answer.Unknown, $"{Gone.What} {Gone.Place}{(Between ? "" : ", and what lies between is not known")}", [.. Gone.Frames.Take(24)])];

    /// <summary>Nothing of these connections came through, however often it was sent.</summary>
    internal IEnumerable<Sighting> NothingPassed() => Stopped.Select(c => c.Passed ? Sighting.Of(false, $"{c.From} > {c.To}: other packets of it passed", c.Evidence)
        : Gone.Count < Enough ? Sighting.Unknown($"{Gone.What}: too few", c.Evidence)
        : Sighting.Of(true, $"{c.From} > {c.To}: nothing passed", c.Evidence));

    /// <summary>ICMP errors from outside both hosts that say: not allowed.</summary>
    internal IEnumerable<Sighting> Prohibited()
    {
        var (first, last) = Gone.Span;
        foreach (var e in View.Facts.Of<IcmpError>().Where(e => (e is { Version: 4, Type: 3, Code: 9 or 10 or 13 } or { Version: 6, Type: 1, Code: 1 })
            && e.Seen >= first && e.Seen - last <= Watch && View.Stacks.Owners(e.Reporter).Count == 0).Take(1))
        {
            yield return Sighting.Of(true, $"ICMP type {e.Type} code {e.Code} from {e.Reporter}: administratively prohibited", e.From);
        }
    }

    /// <summary>The address belongs to the host of that place itself; Unknown when its addresses were not read.</summary>
    internal Answer Owns(VantagePoint place, IPAddress address) =>
        View.Addresses(place.Stack).ToArray() is { Length: > 0 } own ? own.Any(a => Ends.Same(a, address)) ? Answer.Yes : Answer.No : Answer.Unknown;

    /// <summary>A capture where they should have come in, and what the provider's own log says.</summary>
    internal IEnumerable<NextEvidence> Ask(string filter, string provider)
    {
        if (!Between)
        {
            var to = Gone.Destinations(View).Take(3).ToArray();
            var at = Gone.Missing ?? to.Select(View.Stacks.Of).OfType<VantagePoint>().FirstOrDefault();
            yield return AttemptEvidence.Capture(at, filter, $"whether it arrives at the node of {string.Join(", ", to.Select(a => a.ToString()))}, on its uplink; at the same time as at {Gone.Seen}");
        }

        yield return new NextEvidence(Gone.Seen, provider, null, "whether the network between the nodes refuses these packets");
    }

    /// <summary>That network namespace was seen to forward, or has a route onwards for what it should have received.</summary>
    private bool Forwards(VantagePoint place) =>
        View.Forwards(place)
        || (place == Gone.Missing && Gone.Destinations(View).Any(to => Owns(place, to) == Answer.No && View.Devices.Egress(place.Stack, to) is not null));
}
