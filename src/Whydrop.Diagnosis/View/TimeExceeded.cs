using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>ICMP errors by which routers say that the TTL of a packet ended there.</summary>
internal static class TimeExceeded
{
    /// <summary>In transit, not while fragments were put together (RFC 792, RFC 4443 3.3).</summary>
    internal static bool Is(IcmpError e) => e is { Version: 4, Type: 11, Code: 0 } or { Version: 6, Type: 3, Code: 0 };

    /// <summary>Those that quote a packet of one of these directions, under any name the connection has.</summary>
    internal static IEnumerable<IcmpError> About(CaseView view, IReadOnlySet<DirectionKey> directions) => view.Facts.Of<IcmpError>().Where(e => Is(e) && view.QuotedBy(e).Any(directions.Contains));
}
