namespace Whydrop.Journeys.Clocks;

/// <summary>
/// Where a clock stepped. Waiting in line makes datagrams later, never earlier: it widens the corridor between the two directions' minima and cannot close it.
/// So a step is taken only where no offset and drift let every datagram arrive after it was sent, and as few as possible.
/// </summary>
internal static class ClockSteps
{
    /// <summary>More steps than this are no clock's but a sign that segments were taken for each other.</summary>
    private const int MostSteps = 16;

    /// <summary>Each time around a step is looked at 256 times as closely; so often tells single frames apart in any file.</summary>
    private const int MostRounds = 4;

    /// <summary>A piece rests on this many samples of each direction at least: one wrong sample is no step.</summary>
    private const int FewestSamples = 3;

    /// <summary>The pieces between steps; null when they explain the samples no better.</summary>
    /// <param name="coarse">The fastest datagrams of all.</param>
    /// <param name="last">Last frame.</param>
    /// <param name="sample">The fastest datagrams of a range of frames.</param>
    /// <param name="tolerance">A datagram may arrive so much before it was sent.</param>
    public static ClockPieceFit[]? Find(ClockSamples coarse, long last, Func<long, long, ClockSamples> sample, long tolerance)
    {
        var pieces = new List<ClockPieceFit>();
        var rest = coarse.Extremes.ToArray();
        while (!ClockPieceFit.Fits(rest, tolerance))
        {
            if (pieces.Count == MostSteps || Split(coarse, rest, last, sample, tolerance) is not { } split || !IsPiece(split.Before, tolerance))
            {
                return null;
            }

            pieces.Add(new ClockPieceFit(split.Before));
            rest = split.After;
        }

        if (pieces.Count == 0 || !IsPiece(rest, tolerance))
        {
            return null;
        }

        pieces.Add(new ClockPieceFit(rest));
        return [.. pieces];
    }

    private static bool IsPiece(ClockSample[] samples, long tolerance) =>
        samples.Count(s => s.TowardsSecond) >= FewestSamples && samples.Count(s => !s.TowardsSecond) >= FewestSamples && ClockPieceFit.Fits(samples, tolerance);

    /// <summary>What comes before the first step, and the rest.</summary>
    private static (ClockSample[] Before, ClockSample[] After)? Split(
        ClockSamples coarse, ClockSample[] rest, long last, Func<long, long, ClockSamples> sample, long tolerance)
    {
        // What a window puts together may stand on either side of the step: the windows around it are opened until single frames are told apart.
        var (samples, windows) = (rest, coarse);
        var (begin, end) = (rest[0].Order, last);
        for (var round = 0; round < MostRounds; round++)
        {
            var breaks = LongestFit(samples, tolerance);
            var (fits, broken) = (samples[breaks - 1].Order, samples[breaks].Order);
            (begin, end) = (fits < begin ? begin : Math.Max(begin, windows.Window(fits).Begin), Math.Min(end, windows.Window(broken).End - 1));
            windows = sample(begin, end);
            samples = [.. samples.Where(s => s.Order < begin), .. windows.Extremes, .. samples.Where(s => s.Order > end)];
            if (windows.Window(begin).End == begin + 1)
            {
                break;
            }
        }

        var at = LongestFit(samples, tolerance);
        if (at == samples.Length)
        {
            return null;
        }

        at = Earliest(samples, at, tolerance);
        return (samples[..at], samples[at..]);
    }

    /// <summary>How many samples from the first on fit one offset and drift.</summary>
    private static int LongestFit(ClockSample[] samples, long tolerance)
    {
        var (fit, broken) = (0, samples.Length + 1);
        while (fit + 1 < broken)
        {
            var middle = (fit + broken) / 2;
            (fit, broken) = ClockPieceFit.Fits(samples.AsSpan(0, middle), tolerance) ? (middle, broken) : (fit, middle);
        }

        return Math.Min(fit, samples.Length);
    }

    /// <summary>
    /// Samples right after a step may fit the piece before it, as if they had waited. Those that fit the piece after it as well belong where they waited less.
    /// </summary>
    private static int Earliest(ClockSample[] samples, int at, long tolerance)
    {
        // The next piece, as far as it is surely one.
        var next = LongestFit(samples[at..], tolerance);
        var (before, after) = (new ClockPieceFit(samples.AsSpan(0, at)), new ClockPieceFit(samples.AsSpan(at, next)));
        var earliest = at;
        while (earliest > 1 && Waited(samples[earliest - 1], after) is var there && there >= -tolerance && there < Waited(samples[earliest - 1], before))
        {
            earliest--;
        }

        return earliest;
    }

    private static double Waited(in ClockSample sample, ClockPieceFit piece)
    {
        var beyond = sample.Difference - piece.OffsetAt(sample.Time);
        return sample.TowardsSecond ? beyond + piece.Error : piece.Error - beyond;
    }
}
