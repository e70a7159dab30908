using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>A network namespace that may have dropped what vanished there: the hypothesis of faults in the kernel's forwarding (rules, routes, neighbours).</summary>
/// <param name="at">The namespace.</param>
/// <param name="gone">What vanished, and between which places; null when only counters speak.</param>
internal class DroppedAt(CaseView view, VantagePoint at, Vanishing? gone) : Hypothesis(view, Scope.Of(at.Stack))
{
    internal NetworkStack Stack { get; } = view.Stacks.At(at);

    internal Vanishing? Gone { get; } = gone;

    /// <summary>It was seen to come in there and not to go on, or the fault itself names the namespace by a counter that only it has.</summary>
    internal override bool Placed => Gone is { Proven: true };

    internal override IReadOnlyList<Loss> Losses => Gone?.Losses ?? [];

    internal override IReadOnlyList<Attempt> Attempts => Gone?.Unanswered ?? [];

    internal override IReadOnlySet<int> Connections => Gone?.Directions.Select(d => d.Connection).ToHashSet() ?? base.Connections;

    /// <summary>Every namespace that may have dropped what vanished, with it; namespaces of which nothing was read too.</summary>
    internal static IEnumerable<DroppedAt> Candidates(CaseView view) => view.Vanishings.SelectMany(v => v.Stacks(view).Select(s => new DroppedAt(view, s, v)));

    /// <summary>Packets were seen before this namespace, or inside it, and never behind it.</summary>
    internal IEnumerable<Sighting> Vanished()
    {
        if (Gone is { } gone)
        {
            var text = $"{gone.What} {gone.Place}{(gone.Proven ? "" : ", not proven")}";
            yield return gone.Proven ? Sighting.Of(true, text, [.. gone.Frames.Take(24)]) : Sighting.Unknown(text, [.. gone.Frames.Take(24)]);
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
