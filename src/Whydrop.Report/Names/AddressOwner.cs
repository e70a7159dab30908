using Whydrop.Evidence;

namespace Whydrop.Report.Names;

/// <summary>Something of the cluster that had an address.</summary>
/// <param name="Name">How it is called in a report.</param>
/// <param name="From">Since when it had it; null when not known.</param>
/// <param name="To">Until when; null when it still had it, or when not known.</param>
/// <param name="Ended">It no longer had it when the object was collected.</param>
internal sealed record AddressOwner(string Name, Timestamp? From, Timestamp? To, bool Ended)
{
    // The API's times are whole seconds, cut off.
    private const long Slack = 1_000_000_000;

    /// <summary>Whether it can have had the address at some time of the period.</summary>
    public bool MayHold(Timestamp? begin, Timestamp? end) =>
        !(From is { } from && end is { } last && from > last) && !(To is { } to && begin is { } first && to.UnixNanoseconds + Slack < first.UnixNanoseconds);

    /// <summary>Whether it had the address all that period, as far as its times are known. Without a period only what still lives does.</summary>
    public bool Holds(Timestamp? begin, Timestamp? end) =>
        (From is not { } from || begin is not { } first || from <= first)
        && (!Ended || (To is { } to && end is { } last && to >= last));
}
