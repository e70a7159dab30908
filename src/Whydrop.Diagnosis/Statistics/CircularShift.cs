using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Statistics;

/// <summary>
/// Whether events fall into windows more often than chance lets them: all windows are moved together along the time that was watched, round its end, the pauses between them
/// in another order each time, and the share of positions that catch as many is the chance. Events that come in bunches stay bunches, so that they are not counted as
/// independent; windows of one rhythm keep it, so that two rhythms that fit are no proof. Moved only together, seven windows could not come below the share of time that one of
/// them takes, however many are hit. What it cannot tell is a common cause that makes both more frequent for a long while.
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

        var merged = Merged(inside);
        var pauses = new long[merged.Length];
        for (var k = 0; k < merged.Length; k++)
        {
            var next = k + 1 < merged.Length ? merged[k + 1].From : merged[0].From + length;
            pauses[k] = Math.Max(0, next - merged[k].From - merged[k].Length);
        }

        var hits = Hits(merged, seen, length);
        var asMany = 0;
        var random = new Random(Positions);
        for (var i = 0; i < Positions; i++)
        {
            asMany += Hits(Moved(merged, pauses, (long)(length * (Int128)i / Positions)), seen, length) >= hits ? 1 : 0;
            random.Shuffle(pauses);
        }

        return (hits, hits == 0 ? 1 : (double)asMany / Positions);
    }

    /// <summary>The same windows from another begin on, the pauses between them in their present order.</summary>
    private static (long From, long Length)[] Moved((long From, long Length)[] windows, long[] pauses, long shift)
    {
        var moved = new (long From, long Length)[windows.Length];
        var at = windows[0].From + shift;
        for (var k = 0; k < windows.Length; k++)
        {
            moved[k] = (at, windows[k].Length);
            at += windows[k].Length + pauses[k];
        }

        return moved;
    }

    private static (long From, long Length)[] Merged((long From, long Length)[] windows)
    {
        var merged = new List<(long From, long Length)>();
        foreach (var window in windows.OrderBy(w => w.From))
        {
            if (merged.Count > 0 && merged[^1] is var last && window.From <= last.From + last.Length)
            {
                merged[^1] = (last.From, Math.Max(last.Length, window.From + window.Length - last.From));
            }
            else
            {
                merged.Add(window);
            }
        }

        return [.. merged];
    }

    private static int Hits((long From, long Length)[] windows, long[] events, long length) =>
        events.Count(e => Array.Exists(windows, w => ((e - w.From) % length + length) % length <= w.Length));
}
