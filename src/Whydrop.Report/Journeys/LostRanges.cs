using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>The transmissions that one stop saw and the next did not.</summary>
internal static class LostRanges
{
    /// <summary>By stops, connection and time.</summary>
    public static IEnumerable<LostRange> Of(FactSet facts, JourneyChains chains, PathStops stops)
    {
        var lost = new List<LostRange>();
        foreach (var p in facts.Of<SegmentPlacement>().Where(p => chains.IsShown(p.Capture, p.Flow)))
        {
            if (stops.Of(p.Capture, p.Flow) is { } from && stops.Missed(p.MissingCapture, p.MissingFlow, p.MissingEncapsulation?.Split(' ')[0]) is { } to)
            {
                lost.Add(new LostRange(
                    chains.Flow(p.Capture, p.Flow), p.FromClient, "data", p.StreamOffset + 1, p.Length, p.DatagramLength, p.DontFragment, from, to, p.AbsenceProven, p.Reason,
                    p.Sent, p.LaterSeen, p.SeenAt.Count > 0 ? p.SeenAt : [p.From]));
            }
        }

        foreach (var p in facts.Of<ControlPlacement>().Where(p => chains.IsShown(p.Capture, p.Flow)))
        {
            if (stops.Of(p.Capture, p.Flow) is { } from && stops.Missed(p.MissingCapture, p.MissingFlow, null) is { } to && from != to)
            {
                var flow = chains.Flow(p.Capture, p.Flow);
                var initial = (p.FromClient ? flow?.FromClient : flow?.FromServer)?.InitialSequence;
                lost.Add(new LostRange(
                    flow, p.FromClient, Word(p.Kind), initial is { } isn ? p.Sequence - isn : 0, 0, null, null, from, to, p.AbsenceProven, p.Reason, p.Sent, null, [p.From]));
            }
        }

        return lost.OrderBy(l => l.From.Order).ThenBy(l => l.To.Order).ThenBy(l => l.Connection?.Capture).ThenBy(l => l.Connection?.Flow).ThenBy(l => l.Sent);
    }

    private static string Word(ControlKind kind) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
