using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Connections that open past a place while others do not get past it: no outage, but something that knows the one and not the other.</summary>
internal static class Openings
{
    /// <summary>Connections that opened, as a capture on this side of the place saw them: seen on its other side, or, where no capture is there, with one of these servers.</summary>
    internal static IEnumerable<TcpFlow> Past(CaseView view, int capture, VantagePoint? otherSide, IReadOnlySet<IPEndPoint> servers) => view.Attempts
        .Where(a => a.Outcome == AttemptOutcome.Established && (otherSide is not null ? a.SeenAt.Any(f => f.At == otherSide) : servers.Contains(a.ServerThere)))
        .SelectMany(a => a.SeenAt).Where(f => f.Capture == capture);

    /// <summary>Lost transmissions that went there after others had opened; those another capture tells of are left out, for its clock is another.</summary>
    internal static IEnumerable<Loss> LostAfter(IEnumerable<Loss> losses, int capture, Timestamp opened) =>
        losses.Where(l => (l.Placement is { } p ? p.Capture == capture ? p.Sent : null : l.Fate.Capture == capture ? l.Fate.Sent : (Timestamp?)null) is { } sent && sent > opened);
}
