using System.Net;

namespace Whydrop.Readers.Routing;

/// <summary>One next hop of a route.</summary>
internal readonly record struct RouteHop(int Line, IPAddress? Via, string? Device);
