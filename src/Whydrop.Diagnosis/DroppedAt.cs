using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis;

/// <summary>A network namespace that may have dropped what vanished there: the hypothesis of faults in the kernel's forwarding (rules, routes, neighbours).</summary>
/// <param name="at">The namespace.</param>
/// <param name="gone">What vanished, and between which places; null when only counters speak.</param>
/// <param name="device">Its device that is to blame; null when it is the namespace.</param>
internal class DroppedAt(CaseView view, VantagePoint at, Vanishing? gone, VantagePoint? device = null) : Hypothesis(view, Scope.Of(device ?? at.Stack))
{
    internal NetworkStack Stack { get; } = view.Stacks.At(at);

    internal Vanishing? Gone { get; } = gone;

    /// <summary>Connects that no capture saw and a log tells; then nothing is known to have come there.</summary>
    internal UnansweredConnects? Logged { get; init; }

    /// <summary>It was seen to come in there and not to go on, or the namespace itself says that it discards.</summary>
    internal override bool Placed => Gone is { Proven: true } || Silent is not null || Reports.Any() || Witnessed is not null;

    /// <summary>Counters of this namespace that grow only where it drops for the reason in question.</summary>
    internal IReadOnlyList<string> Witnesses { get; init; } = [];

    /// <summary>Such a counter grew by as many as vanished: they came in there, whatever captures show.</summary>
    private Sighting? Witnessed => Gone is { Count: >= Several } ? Witnesses.SelectMany(Accounts).FirstOrDefault(s => s.Answer == Answer.Yes) : null;

    // Fewer agree with a counter that grew by one or two for something else.
    private const int Several = 5;

    /// <summary>ICMP errors by which this namespace tells the senders that it discards what goes there.</summary>
    internal IEnumerable<IcmpError> Reports => Gone is not { } gone ? [] : View.Facts.Of<IcmpError>().Where(e =>
        (e is { Version: 4, Type: 3, Code: not 4 } or { Version: 6, Type: 1 })
        && View.Stacks.Owners(e.Reporter).Contains(Stack.At) && e.QuotedDestination is { } quoted && gone.Destinations(View).Contains(quoted.Address));

    /// <summary>
    /// The device they should have left this namespace by, or come out of next, sent (or received) between two readings fewer packets of any kind than half of
    /// these: most were not among them. Where no capture tells which, all devices but those they came in by. Null when they did or were not read.
    /// </summary>
    private Sighting? Silent
    {
        get
        {
            if (Gone is not { Proven: false } gone || gone.Missing == gone.Seen)
            {
                return null;
            }

            var counter = gone.Missing is null || gone.Missing.Stack == gone.Seen.Stack ? "Link.TxPackets" : "Link.RxPackets";
            var entrances = Entrances(gone);
            // Only where all devices were listed, the loopback among them, is known by which it may have left.
            var cameIn = gone.Missing is null && CameIn(gone, gone.Seen) && View.Interfaces(Stack.At).Any(d => d.At.Interface == "lo");
            VantagePoint[] others = gone.Missing is { } missing ? missing.Interface is null ? [] : [missing]
                : cameIn ? [.. View.Interfaces(Stack.At).Where(d => d.At.Interface != "lo" && d.Up != false && !entrances.Contains(d.At)).Select(d => d.At)] : [];

            // Where a capture kept what left by it, none of them was among that.
            var watched = gone.Missing is null ? others.Where(d => Watched(d, gone)).ToArray() : [];
            var devices = others.Except(watched).ToArray();
            var sent = devices.Select(d => View.Delta(d, counter)).ToArray();
            if (others.Length == 0 && cameIn && View.Interfaces(Stack.At).FirstOrDefault(d => d.At == gone.Seen) is { } entrance)
            {
                return Sighting.Of(true, $"{gone.What} {gone.Place}, and {Stack.At} has no device to send them on by", entrance.From);
            }

            if (others.Length == 0 || !sent.All(s => s is not null) || 2 * sent.Sum(s => s!.Value.Delta) >= gone.Count)
            {
                return null;
            }

            var told = devices.Length > 0 ? $"{counter} of {string.Join(", ", devices.Take(3).Select(d => d.ToString()))} +{sent.Sum(s => s!.Value.Delta)}" : $"and none left by {string.Join(", ", watched.Take(3).Select(d => d.ToString()))}";
            return Sighting.Of(true, $"{gone.What} {gone.Place}, {told}", [.. sent.Take(3).Select(s => s!.Value.From), .. View.Captures.Where(c => devices.Length == 0 && watched.Contains(c.At)).Select(c => c.From)]);
        }
    }

    /// <summary>A capture there kept plain packets all the time, and would have seen them leave.</summary>
    private bool Watched(VantagePoint device, Vanishing gone) => View.Captures.Any(c => c.At == device && c is { Complete: true, KernelDrops: 0 or null }
        && c.First <= gone.Span.First && c.Last >= gone.Span.Last && View.Facts.Of<TcpFlow>().Any(f => f.Capture == c.Capture && f.Encapsulation is null));

    /// <summary>They were seen on their way into this namespace: by its routes they would leave by another device, or not at all.</summary>
    private bool CameIn(Vanishing gone, VantagePoint by) => by.Stack == Stack.At && by.Interface is { } came && gone.Destinations(View)
        .All(to => RouteLookup.Of(View, Stack.At, to) is { Known: true } lookup && (lookup.Discards || lookup.Found?.At.Interface != came));

    /// <summary>Every device of this namespace that they came in by: what a tunnel device unwraps came in by another, wrapped.</summary>
    private HashSet<VantagePoint> Entrances(Vanishing gone) =>
    [
        gone.Seen,
        .. gone.Directions.Select(d => (Direction: d, Trail: View.Trails[d.Connection]))
            .SelectMany(d => (d.Direction == d.Trail.ToServer ? d.Trail.Flows : d.Trail.Flows.Reverse()).Select(f => f.At).TakeWhile(at => at != gone.Seen)).Distinct().Where(at => CameIn(gone, at)),
    ];

    /// <summary>Both places are in this namespace: whatever else was collected, it is meant.</summary>
    internal override bool MayBeRuledOut => CountersSuffice || Gone is { Inside: true };

    /// <summary>Counters of this namespace alone can rule the fault out: whatever vanishes of its mechanism, they count it.</summary>
    internal bool CountersSuffice { get; init; }

    internal override IReadOnlyList<Loss> Losses => Gone?.Losses ?? [];

    internal override IReadOnlyList<Attempt> Attempts => Gone?.Unanswered ?? [];

    internal override IReadOnlySet<int> Connections => Gone?.Directions.Select(d => d.Connection).ToHashSet() ?? base.Connections;

    /// <summary>Every namespace that may have dropped what vanished, with it; namespaces of which nothing was read too.</summary>
    internal static IEnumerable<DroppedAt> Candidates(CaseView view, params IReadOnlyList<string> witnesses) =>
        view.Vanishings.SelectMany(v => v.Stacks(view).Select(s => new DroppedAt(view, s, v) { Witnesses = witnesses }));

    /// <summary>Packets were seen before this namespace, or inside it, and never behind it.</summary>
    internal IEnumerable<Sighting> Vanished()
    {
        if (Gone is { } gone)
        {
            var text = $"{gone.What} {gone.Place}{(gone.Proven ? "" : ", not proven")}";
            yield return gone.Proven ? Sighting.Of(true, text, [.. gone.Frames.Take(24)]) : Sighting.Unknown(text, [.. gone.Frames.Take(24)]);
            if (Silent is { } silent)
            {
                yield return silent;
            }
        }

        if (Witnessed is { } counted)
        {
            yield return counted;
        }

        foreach (var report in Reports.Take(4))
        {
            yield return Sighting.Of(true, $"ICMP type {report.Type} code {report.Code} from {report.Reporter}", report.From);
        }
    }

    /// <summary>Whether a counter there accounts for what vanished: Yes by as many, No when it stood still.</summary>
    internal IEnumerable<Sighting> Accounts(string counter)
    {
        if (Stack.Delta(counter) is { } grown)
        {
            var count = Gone?.Count ?? 0;
            var text = $"{counter} of {Stack.At} +{grown.Delta}{(count > 0 ? $", {count} vanished" : "")}";
            yield return new Sighting(count > 0 ? Counted.Tells(grown.Delta, count) : grown.Delta > 0 ? Answer.Unknown : Answer.No, text, [grown.From]);
        }
    }
}
