using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>One transmission that never reached its receiver, counted once whatever captures saw it.</summary>
/// <param name="Direction">The connection and direction it belongs to.</param>
/// <param name="Fate">As the sighting nearest to the sender says.</param>
/// <param name="Placement">Where it was last seen, when several captures tell.</param>
internal sealed record Loss(DirectionKey Direction, SegmentFate Fate, SegmentPlacement? Placement)
{
    /// <summary>The sighting nearest to the receiver that saw it too, when no capture missed it; null when there is one sighting only.</summary>
    internal SegmentFate? SeenLast { get; init; }

    /// <summary>Length the datagram must have had, when no capture saw it.</summary>
    internal int? EstimatedLength { get; init; }

    /// <summary>DF of the other datagrams of its direction, when no capture saw it.</summary>
    internal bool? EstimatedDontFragment { get; init; }

    internal int Length => Fate.Length;

    /// <summary>IP datagram in bytes; null when no capture saw it and the hole may have been several.</summary>
    internal int? DatagramLength => Fate.DatagramLength ?? Placement?.DatagramLength ?? EstimatedLength;

    internal bool? DontFragment => Fate.DontFragment ?? Placement?.DontFragment ?? EstimatedDontFragment;

    /// <summary>Another datagram of its direction, as large or larger, came by where it is missing: it is not its size that kept it from there.</summary>
    internal bool PassedAsLarge => Placement is { LargestPassed: { } passed, DatagramLength: { } length } && passed >= length;

    internal VantagePoint? LastSeen => Placement?.At ?? SeenLast?.At ?? (Fate.Fate == Evidence.Capture.Fate.LostAfter ? Fate.At : null);

    internal VantagePoint? MissingAt => Placement?.MissingAt ?? (Fate.Fate == Evidence.Capture.Fate.LostBefore ? Fate.At : null);

    /// <summary>Last sighting, for the reader to look up.</summary>
    internal Provenance From => Placement?.From ?? SeenLast?.From ?? Fate.From;
}
