using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>A SYN, SYN-ACK, FIN or RST that another capture should have seen and did not, counted once.</summary>
/// <param name="Direction">The connection and direction it belongs to.</param>
/// <param name="Placement">Where it was last seen, and where it is missing.</param>
/// <param name="Segment">The segment where it was last seen; null when it is not listed there.</param>
internal sealed record LostControl(DirectionKey Direction, ControlPlacement Placement, ControlSegment? Segment)
{
    internal ControlKind Kind => Placement.Kind;

    internal VantagePoint LastSeen => Placement.At;

    internal VantagePoint MissingAt => Placement.MissingAt;

    /// <summary>The absence there is proven.</summary>
    internal bool Proven => Placement.AbsenceProven;

    /// <summary>Last sighting, for the reader to look up.</summary>
    internal Provenance From => Placement.From;
}
