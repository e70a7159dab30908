using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Report.Journeys;

/// <summary>Connections of one place that were not followed into another capture, for one reason.</summary>
/// <param name="At">Place.</param>
/// <param name="Source">Capture file.</param>
/// <param name="Why">Kind of reason: no-counterpart, not-running, ambiguous, order-unknown, encrypted or not-followed.</param>
/// <param name="Reason">The reason in one line.</param>
/// <param name="Connections">The connections.</param>
public sealed record UnjoinedGroup(VantagePoint At, string Source, string Why, string Reason, IReadOnlyList<TcpFlow> Connections);
