using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Report.Names;

namespace Whydrop.Report.Journeys;

/// <summary>Where every transmission of a case was seen, and between which two places it was lost.</summary>
/// <param name="Case">Name of the case.</param>
/// <param name="Stops">In the order of the way, path by path.</param>
/// <param name="Hops">By path; first all of the listed order, then those back.</param>
/// <param name="Lost">Transmissions seen at one stop and not at the next, by stops, connection and time.</param>
/// <param name="Joined">Connections seen at two stops or more.</param>
/// <param name="Unjoined">Those that were not followed, the most first.</param>
/// <param name="Contradictions">Translations that packets show otherwise than tables or objects say.</param>
/// <param name="Gaps">What of the captures could not be read or joined.</param>
public sealed record JourneysModel(
    string Case, IReadOnlyList<JourneyStop> Stops, IReadOnlyList<JourneyHop> Hops, IReadOnlyList<LostRange> Lost, int Joined,
    IReadOnlyList<UnjoinedGroup> Unjoined, IReadOnlyList<TranslationContradiction> Contradictions, IReadOnlyList<Gap> Gaps)
{
    /// <summary>Connections that a proxy may have passed on: the one that ends at its host, the one that begins there, and where that is.</summary>
    public IReadOnlyList<(TcpFlow Ends, TcpFlow Begins, ProxiedConnection Suspicion)> Proxied { get; private init; } = [];

    /// <summary>The bytes that were asked for, as relative sequence numbers; null when none were.</summary>
    public (long Begin, long End)? Range { get; private init; }

    /// <summary>Every packet with any of them.</summary>
    public IReadOnlyList<TracedPacket> Traced { get; private init; } = [];

    /// <summary>Names for addresses.</summary>
    internal EndpointNames Names { get; private init; } = EndpointNames.None;

    /// <summary>Something is proven to have been lost between two stops.</summary>
    public bool AnyLost => Lost.Any(l => l.Proven);

    /// <summary>Captures could be joined, and whatever entered a hop is known to have left it.</summary>
    public bool NothingLost => Joined > 0 && Lost.Count == 0;

    /// <summary>Arranges the facts of a case.</summary>
    /// <param name="name">Name of the case.</param>
    /// <param name="facts">Its facts, those of journeys among them.</param>
    /// <param name="wanted">Connections to show: those of which one sighting is let through.</param>
    /// <param name="range">Relative sequence numbers of which a loss must hold one; null for all.</param>
    public static JourneysModel Of(string name, FactSet facts, Func<TcpFlow, bool> wanted, (long Begin, long End)? range)
    {
        var chains = new JourneyChains(facts, wanted);
        var stops = new PathStops(facts, chains);
        var hops = new HopRows(facts, chains, stops);
        var lost = LostRanges.Of(facts, chains, stops)
            .Where(l => range is not var (begin, end) || (l.Kind == "data" && l.Begin <= end && l.Begin + l.Length > begin)).ToArray();
        var captures = facts.Of<CaptureSummary>().SelectMany(c => c.Files.Append(c.From.Source)).ToHashSet(StringComparer.Ordinal);
        return new JourneysModel(
            name, stops.All, hops.Rows, lost, chains.Joined, UnjoinedGroups.Of(facts, chains),
            [.. facts.Of<TranslationContradiction>().Where(c => chains.IsShown(c.Capture, c.Flow))],
            [.. facts.Of<Gap>().Where(g => !g.Minor && (captures.Contains(g.From.Source) || g.Kind is GapKind.Unrecognised or GapKind.Unreadable))])
        {
            Proxied = [.. facts.Of<ProxiedConnection>().Where(p => chains.IsShown(p.Capture, p.Flow) || chains.IsShown(p.OtherCapture, p.OtherFlow))
                .Select(p => (chains.Flow(p.Capture, p.Flow)!, chains.Flow(p.OtherCapture, p.OtherFlow)!, p))],
            Range = range,
            Traced = TracedPackets.Of(facts, chains, stops),
            Names = EndpointNames.Of(facts),
        };
    }
}
