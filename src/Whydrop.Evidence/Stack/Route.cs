using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>One route, or the answer of "ip route get". <see cref="Fact.At"/> carries the outgoing device as interface.</summary>
/// <param name="Table">"main", "local", or the table's name or number.</param>
/// <param name="Type">"unicast", "local", "blackhole", "unreachable", "prohibit", "broadcast", …</param>
/// <param name="Destination">Destination prefix; 0.0.0.0/0 or ::/0 for default.</param>
/// <param name="Via">Next hop; null for on-link.</param>
/// <param name="Mtu">"mtu" metric or cached path MTU in bytes.</param>
/// <param name="MtuLocked">"mtu lock".</param>
/// <param name="AdvertisedMss">"advmss" in bytes.</param>
/// <param name="Cached">It is a learned exception ("cache"), as "ip route get" prints it.</param>
public sealed record Route(
    VantagePoint At, Provenance From, string Table, string Type, IPNetwork Destination, IPAddress? Via, IPAddress? Source,
    int? Metric, int? Mtu, bool MtuLocked, int? AdvertisedMss, bool Cached) : Fact(At, From);
