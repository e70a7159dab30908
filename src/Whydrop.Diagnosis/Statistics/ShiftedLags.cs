namespace Whydrop.Diagnosis.Statistics;

/// <summary>
/// Whether events come right before episodes more often than by chance: the time from each episode back to the last event, summed up, is compared with the same sum when
/// all events are moved round the observed period together. Their distances, and so their clustering, stay.
/// </summary>
internal static class ShiftedLags
{
    // Beyond this the chance is small enough for any use made of it.
    private const int Shifts = 1999;

    /// <summary>The share of shifts that bring the events as near before the episodes as they are; 1 when there is nothing to compare.</summary>
    /// <param name="events">Times of the events, in any unit.</param>
    /// <param name="episodes">Begins of the episodes.</param>
    /// <param name="begin">Begin of the period in which both were observed; nothing is before it.</param>
    /// <param name="end">Its end.</param>
    internal static double Chance(IReadOnlyList<double> events, IReadOnlyList<double> episodes, double begin, double end)
    {
        var period = end - begin;
        if (events.Count == 0 || episodes.Count == 0 || !(period > 0))
        {
            return 1;
        }

        var positions = events.Select(e => e - begin).Order().ToArray();
        var seen = Sum(positions, episodes, begin, period, 0);
        var asNear = 1;
        for (var i = 1; i <= Shifts; i++)
        {
            asNear += Sum(positions, episodes, begin, period, period * i / (Shifts + 1)) <= seen ? 1 : 0;
        }

        return (double)asNear / (Shifts + 1);
    }

    private static double Sum(double[] positions, IReadOnlyList<double> episodes, double begin, double period, double shift)
    {
        double sum = 0;
        foreach (var episode in episodes)
        {
            // The event that is last before the episode, on the circle.
            var at = Wrapped(episode - begin - shift, period);
            var next = Array.BinarySearch(positions, at);
            var last = next >= 0 ? next : ~next - 1;
            sum += last >= 0 ? at - positions[last] : at + period - positions[^1];
        }

        return sum;
    }

    private static double Wrapped(double value, double period) => value - Math.Floor(value / period) * period;
}
