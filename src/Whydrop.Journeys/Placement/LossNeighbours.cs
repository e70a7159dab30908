using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>
/// Those that came through next to the ones that did not. Behind a full queue they waited as long as it is; a policer, or chance, lets them pass at once, however long others
/// wait at other times.
/// </summary>
internal static class LossNeighbours
{
    /// <summary>The median of their delays, and of how many: losses between the same two count once, by the first of them. Null when the clocks cannot be compared, nothing was lost, or nothing came through.</summary>
    /// <param name="match">The two places compared, seen from the one before the hop.</param>
    /// <param name="fromClient">Direction in the words of that place.</param>
    /// <param name="losses">Records of that place that were lost, ascending.</param>
    public static (TimeSpan? Median, int Gaps) Delays(PairMatch match, bool fromClient, List<int> losses, ClockTable clocks)
    {
        if (losses.Count == 0 || match.Matches(fromClient) is not { Length: > 0 } pairs || clocks.Error(match.A.Source, match.B.Source) is null)
        {
            return (null, 0);
        }

        var (a, b) = (match.A.Trail(fromClient), match.TrailOfB(fromClient));
        var passed = new int[a.Count];
        Array.Fill(passed, -1);
        foreach (var pair in pairs)
        {
            passed[pair.A] = pair.B;
        }

        var delays = new List<long>();
        var behind = 0;
        foreach (var loss in losses)
        {
            if (loss < behind)
            {
                continue;
            }

            var (before, after) = (Array.FindLastIndex(passed, loss, p => p >= 0), Array.FindIndex(passed, loss, p => p >= 0));
            var near = before < 0 ? after : after < 0 || a[loss].UnixNanoseconds - a[before].UnixNanoseconds <= a[after].UnixNanoseconds - a[loss].UnixNanoseconds ? before : after;
            if (clocks.Offset(match.A.Source, match.B.Source, a[near].UnixNanoseconds) is { } offset)
            {
                delays.Add(b[passed[near]].UnixNanoseconds - a[near].UnixNanoseconds - offset);
            }

            behind = after < 0 ? a.Count : after;
        }

        delays.Sort();
        return (delays.Count == 0 ? null : TimeSpan.FromTicks(delays[delays.Count / 2] / 100), delays.Count);
    }
}
