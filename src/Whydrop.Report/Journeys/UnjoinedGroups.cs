using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>Connections that one capture saw alone, by place and reason.</summary>
internal static class UnjoinedGroups
{
    /// <summary>The most first.</summary>
    public static IReadOnlyList<UnjoinedGroup> Of(FactSet facts, JourneyChains chains)
    {
        var reasons = facts.Of<UnjoinedFlow>().GroupBy(u => (u.Capture, u.Flow)).ToDictionary(g => g.Key, g => g.First());
        // Connections of a rotating capture begin in all of its files.
        var sources = facts.Of<CaptureSummary>().ToDictionary(c => c.Capture, c => c.From.Source);
        return
        [
            .. facts.Of<TcpFlow>()
                .Where(f => chains.IsShown(f.Capture, f.Flow) && !chains.IsJoined(f.Capture, f.Flow))
                .GroupBy(f => (f.At, Source: sources.GetValueOrDefault(f.Capture, f.From.Source), Reason: reasons.TryGetValue((f.Capture, f.Flow), out var u) ? (Word(u.Why), u.Reason) : ("not-followed", "no other capture shows its handshake, or too many connections to follow them all")))
                .Select(g => new UnjoinedGroup(g.Key.At, g.Key.Source, g.Key.Reason.Item1, g.Key.Reason.Item2, [.. g.OrderByDescending(f => f.Frames)]))
                .OrderByDescending(g => g.Connections.Count).ThenBy(g => g.Source, StringComparer.Ordinal),
        ];
    }

    private static string Word(UnjoinedReason reason) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());
}
