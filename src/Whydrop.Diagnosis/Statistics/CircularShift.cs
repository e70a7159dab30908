using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Statistics;

/// <summary>
/// Whether events fall into windows more often than chance lets them: all windows are moved together along the time that was watched, round its end, and the share of
/// positions that catch as many is the chance. Events that come in bunches stay bunches, so that they are not counted as independent.
/// </summary>
internal static class CircularShift
{
    private const int Positions = 2000;
    private const int MostEvents = 2000;

    /// <param name="windows">From and to.</param>
    /// <param name="events">When each happened.</param>
    /// <param name="watched">The time in which an event would have been seen.</param>
    /// <returns>Events inside a window, and the chance of as many; a chance of 1 where nothing can be said.</returns>
    internal static (int Hits, double Chance) Test(IReadOnlyList<(Timestamp From, Timestamp To)> windows, IReadOnlyList<Timestamp> events, (Timestamp From, Timestamp To) watched)
    {
        var length = watched.To.UnixNanoseconds - watched.From.UnixNanoseconds;
        var inside = windows.Where(w => w.To >= watched.From && w.From <= watched.To)
            .Select(w => (From: w.From.UnixNanoseconds - watched.From.UnixNanoseconds, Length: Math.Min(length, w.To.UnixNanoseconds - w.From.UnixNanoseconds))).ToArray();
        var seen = events.Where(e => e >= watched.From && e <= watched.To).Select(e => e.UnixNanoseconds - watched.From.UnixNanoseconds).Take(MostEvents).ToArray();
        if (length <= 0 || inside.Length == 0 || seen.Length == 0)
        {
            return (0, 1);
        }

        var hits = Hits(inside, seen, 0, length);
        var asMany = 0;
        for (var i = 0; i < Positions; i++)
        {
            asMany += Hits(inside, seen, (long)(length * (Int128)i / Positions), length) >= hits ? 1 : 0;
        }

        return (hits, hits == 0 ? 1 : (double)asMany / Positions);
    }

    private static int Hits((long From, long Length)[] windows, long[] events, long shift, long length) =>
        events.Count(e => Array.Exists(windows, w => ((e - w.From - shift) % length + length) % length <= w.Length));
}
