using System.Net;

namespace Whydrop.Diagnosis.View;

/// <summary>Comparison of addresses and ports as different tools print them.</summary>
internal static class Ends
{
    /// <summary>The same address and port; an IPv4 address inside IPv6 (::ffff:10.0.0.1) is that IPv4 address.</summary>
    internal static bool Same(IPEndPoint a, IPEndPoint b) => a.Port == b.Port && Same(a.Address, b.Address);

    internal static bool Same(IPAddress a, IPAddress b) => Plain(a).Equals(Plain(b));

    /// <summary>0.0.0.0 or ::.</summary>
    internal static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>An IPv4 address inside IPv6 as that IPv4 address.</summary>
    internal static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
