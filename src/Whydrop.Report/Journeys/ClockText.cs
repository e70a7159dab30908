using System.Globalization;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>What a clock shows against the one that all are compared with.</summary>
internal static class ClockText
{
    // A crystal is off by less; less than this over a capture is a matter of time stamps.
    private const double DriftWorthSaying = 0.05;

    /// <summary>"+2 h 0.0012 s ± 0.04 ms, +12.3 ppm"; every step of the clock.</summary>
    public static string Of(JourneyStop stop)
    {
        if (stop.Clock is not { } clock)
        {
            return "not compared";
        }

        if (clock.From.Source == clock.Other.Source)
        {
            return "all others are compared with it";
        }

        if (clock.Pieces.Count == 0)
        {
            return "cannot be compared: nothing both saw";
        }

        var error = clock.Error is { } e ? $" ± {Milliseconds(e)}" : ", error unknown: one direction of travel only";
        var text = string.Join("; ", clock.Pieces.Select((p, i) =>
            $"{(i == 0 ? "" : $"from {p.Begin} on ")}{Offset(p.Offset)}{(i == 0 ? error : "")}{(Math.Abs(p.DriftPpm) >= DriftWorthSaying ? $", {p.DriftPpm.ToString("+0.#;-0.#", CultureInfo.InvariantCulture)} ppm" : "")}"));
        return clock.Pieces.Count == 1 ? text : $"{(Jumps(clock) ? "stepped" : "rate changed")} {(clock.Pieces.Count == 2 ? "once" : $"{clock.Pieces.Count - 1} times")}: {text}";
    }

    /// <summary>Some piece does not begin where the drift of the one before led to.</summary>
    private static bool Jumps(ClockComparison clock)
    {
        for (var i = 1; i < clock.Pieces.Count; i++)
        {
            var (before, after) = (clock.Pieces[i - 1], clock.Pieces[i]);
            var led = before.Offset + ((after.Begin - before.Begin) * (before.DriftPpm * 1e-6));
            if ((after.Offset - led).Duration() > 2 * (clock.Error ?? TimeSpan.Zero))
            {
                return true;
            }
        }

        return false;
    }

    private static string Offset(TimeSpan offset)
    {
        var size = offset.Duration();
        var sign = offset < TimeSpan.Zero ? "-" : "+";
        return size == TimeSpan.Zero ? "same"
            : size.TotalSeconds < 1 ? $"{sign}{Milliseconds(size)}"
            : size.TotalMinutes < 1 ? $"{sign}{Seconds(size)}"
            : $"{sign}{(size.TotalHours >= 1 ? $"{(long)size.TotalHours} h " : "")}{size.Minutes} min {Seconds(TimeSpan.FromTicks(size.Ticks % TimeSpan.TicksPerMinute))}";
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture) + " ms";

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture) + " s";
}
