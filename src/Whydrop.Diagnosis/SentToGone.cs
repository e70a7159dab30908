using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis;

/// <summary>Attempts to reach a Service that one node translated to one endpoint, and that nothing answered there.</summary>
/// <param name="view">The case.</param>
/// <param name="translator">The node that translates.</param>
/// <param name="endpoint">Where it sends them.</param>
/// <param name="attempts">The attempts.</param>
internal sealed class SentToGone(CaseView view, VantagePoint translator, IPEndPoint endpoint, IReadOnlyList<Attempt> attempts) : Hypothesis(view, Scope.Of(translator))
{
    internal NetworkStack Translator { get; } = view.Stacks.At(translator);

    internal IPEndPoint Endpoint { get; } = endpoint;

    internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;

    internal override bool Placed => Translator.At.Node is not null;

    /// <summary>The Services, as their clients name them.</summary>
    internal IReadOnlyList<IPEndPoint> Services { get; } = [.. attempts.Select(a => a.Server).Distinct()];

    /// <summary>Rules of that node for new connections to these Services.</summary>
    internal IReadOnlyList<FirewallRule> Rules { get; } =
        [.. attempts.DistinctBy(a => a.Server).SelectMany(a => view.Firewall.Translating(translator, a.Client, a.Server)).Distinct()];

    /// <summary>Entries of connection tracking that send them there.</summary>
    internal IReadOnlyList<ConntrackEntry> Entries { get; } = Sending(view, translator, endpoint, attempts.Select(a => (a.Client, a.Server)).ToHashSet());

    /// <summary>The rule sends there: to the same address, and the same port or none.</summary>
    internal static bool Chooses(FirewallRule rule, IPEndPoint endpoint) =>
        rule.Translations.Any(t => t.Address.Equals(endpoint.Address) && (t.Port == 0 || t.Port == endpoint.Port));

    /// <summary>By translating node and endpoint.</summary>
    internal static IEnumerable<SentToGone> Find(CaseView view) => view.Attempts
        .Where(a => a.Outcome is AttemptOutcome.Unanswered or AttemptOutcome.IcmpError)
        .Select(a => (Attempt: a, At: TranslatedBy(view, a), To: Target(view, a))).Where(t => t is { At: not null, To: not null })
        .GroupBy(t => (At: t.At!, To: t.To!)).Select(g => new SentToGone(view, g.Key.At, g.Key.To, [.. g.Select(t => t.Attempt)]));

    /// <summary>Nobody has the address: nobody is listed with it, and the node it belongs to has no way to it, or says so by ICMP.</summary>
    internal IEnumerable<Sighting> Nobodys()
    {
        if (View.Stacks.Owners(Endpoint.Address) is [var owner, ..])
        {
            yield return Sighting.Of(false, $"{Endpoint.Address} is {owner}");
            yield break;
        }

        foreach (var stack in View.Facts.Of<Route>().Select(r => r.At.Stack).Distinct())
        {
            var lookup = RouteLookup.Of(View, stack, Endpoint.Address);
            if (lookup is { Known: true, Discards: true })
            {
                yield return Sighting.Of(true, $"{stack}: {lookup.Found!.Type} {lookup.Found.Destination}", lookup.Evidence);
            }
        }

        foreach (var neighbour in View.Facts.Of<Neighbour>().Where(n => n.Address.Equals(Endpoint.Address)).DistinctBy(n => (n.At, n.State)))
        {
            yield return neighbour.State is "FAILED" or "INCOMPLETE" ? Sighting.Of(true, $"{neighbour.At}: {neighbour.Address} {neighbour.State}", neighbour.From)
                : Sighting.Unknown($"{neighbour.At}: {neighbour.Address} {neighbour.State}", neighbour.From);
        }

        foreach (var error in Attempts.SelectMany(a => a.IcmpErrors).Where(e => e is { Version: 4, Type: 3, Code: 0 or 1 } or { Version: 6, Type: 1, Code: 0 or 3 }).Take(2))
        {
            yield return Sighting.Of(true, $"ICMP type {error.Type} code {error.Code} from {error.Reporter}", error.From);
        }
    }

    /// <summary>Nothing answered there; an answer to another connection says that somebody is there.</summary>
    internal IEnumerable<Sighting> Silent()
    {
        foreach (var other in View.Attempts.Where(a => a.Outcome is AttemptOutcome.Established or AttemptOutcome.Refused && a.ServerThere.Equals(Endpoint)).Take(2))
        {
            yield return Sighting.Of(false, $"{other.Client} was answered from there", other.From);
        }

        yield return Sighting.Of(true, $"{Attempts.Count} attempts, {Attempts.Sum(a => a.SynTimes.Count)} SYNs", [.. Attempts.SelectMany(a => a.Frames).Take(24)]);
    }

    private static ConntrackEntry[] Sending(CaseView view, VantagePoint translator, IPEndPoint endpoint, HashSet<(IPEndPoint Client, IPEndPoint Server)> tried) =>
        [.. view.Facts.Of<ConntrackEntry>().Where(e => e.Protocol == "tcp" && tried.Contains((e.Source, e.Destination)) && e.ReplySource.Equals(endpoint) && e.At.Stack == translator)];

    // Before and behind the translation at one node; else an entry of it.
    private static VantagePoint? TranslatedBy(CaseView view, Attempt a)
    {
        for (var i = 1; i < a.SeenAt.Count; i++)
        {
            if (!a.SeenAt[i].Server.Equals(a.SeenAt[i - 1].Server))
            {
                var (before, behind) = (a.SeenAt[i - 1].At.Stack, a.SeenAt[i].At.Stack);
                return before == behind || view.Firewall.Translating(behind, a.Client, a.Server).Count > 0 || Entry(view, a, behind) is not null ? behind
                    : Entry(view, a, null)?.At.Stack;
            }
        }

        return Entry(view, a, null)?.At.Stack;
    }

    private static IPEndPoint? Target(CaseView view, Attempt a) => !a.ServerThere.Equals(a.Server) ? a.ServerThere : Entry(view, a, null)?.ReplySource;

    private static ConntrackEntry? Entry(CaseView view, Attempt a, VantagePoint? at) => view.Tracked(a.Client, a.Server)
        .LastOrDefault(e => (at is null || e.At.Stack == at) && !e.ReplySource.Equals(a.Server));
}
