using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>
/// One entry of a forwarding database: behind which port of a bridge, or behind which tunnel end, a link-layer address is. <see cref="Fact.At"/> carries the
/// device; without interface when the tool was asked for one device and did not print it.
/// </summary>
/// <param name="Mac">Link-layer address, lower case with colons; all zero where the entry is for what no other fits (net/bridge, drivers/net/vxlan).</param>
/// <param name="Destination">The tunnel end that frames to this address are wrapped for; null on a bridge.</param>
/// <param name="Port">UDP port there, when it is not the device's own.</param>
/// <param name="Vni">Network identifier put into the header, when it is not the device's own.</param>
/// <param name="Via">Device that the wrapped datagram leaves by, when the entry names one.</param>
/// <param name="Master">Bridge the device is a port of, where the entry is the bridge's.</param>
/// <param name="Vlan">VLAN the entry is for; null for all.</param>
/// <param name="Flags">Flags and state as printed, parted by blanks: "self permanent", "extern_learn offload"; empty for what the bridge learned and still uses.</param>
public sealed record ForwardingEntry(
    VantagePoint At, Provenance From, string Mac, IPAddress? Destination, int? Port, int? Vni, string? Via, string? Master, int? Vlan, string Flags) : Fact(At, From);
