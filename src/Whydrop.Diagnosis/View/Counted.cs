using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>Whether a counter grew as much as something was seen to happen.</summary>
internal static class Counted
{
    // Two readings are never taken at the very first and last event: a few more or less, or one in twenty.
    private const double Tolerance = 0.05;
    private const long Slack = 2;

    /// <summary>The growth and the number of events agree.</summary>
    internal static bool Agree(long grown, long events) => grown > 0 && events > 0 && Math.Abs(grown - events) <= Math.Max(Slack, events * Tolerance);

    /// <summary>
    /// Yes: it grew by as many as were seen. No: it was read twice and did not grow. Unknown: it was not collected, or it grew by another
    /// number (readings span more than the capture, or something else counts too).
    /// </summary>
    internal static Answer Tells(long? grown, long events) => grown switch
    {
        null => Answer.Unknown,
        0 => events > 0 ? Answer.No : Answer.Unknown,
        { } n => Agree(n, events) ? Answer.Yes : Answer.Unknown,
    };

    /// <summary>The same as a sighting with its figures: "TcpExt.ListenOverflows of pod-x +12, 12 SYNs unanswered".</summary>
    internal static Sighting Accounts(CaseView view, VantagePoint at, string name, long events, string what)
    {
        var grown = view.Delta(at, name);
        return grown is { } found
            ? new Sighting(Tells(found.Delta, events), $"{name} of {at} +{found.Delta}, {events} {what}", [found.From])
            : Sighting.Unknown($"{name} of {at} was not read twice");
    }

    /// <summary>Any of them grew at all. No: all were read twice and none did. Nothing when none was collected; one that is missing among others stays unknown.</summary>
    internal static IEnumerable<Sighting> Grew(CaseView view, VantagePoint at, params IReadOnlyList<string> names)
    {
        var read = names.Select(n => (Name: n, Grown: view.Delta(at, n))).ToArray();
        return Array.TrueForAll(read, r => r.Grown is null) ? [] : read.Select(r => r.Grown is { } grown
            ? Sighting.Of(grown.Delta > 0, $"{r.Name} of {at} +{grown.Delta}", grown.From)
            : Sighting.Unknown($"{r.Name} of {at} was not read twice"));
    }
}
