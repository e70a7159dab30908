using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Fates;

/// <summary>
/// What ICMP told senders of the path (RFC 1191, RFC 8201). From then on a larger frame may be several datagrams that the device has yet to
/// cut: its length on the wire is not certain.
/// </summary>
internal sealed class PathMtus(AddressBook addresses)
{
    private const int Most = 65536;
    private readonly Dictionary<Path, (long Since, int Mtu)> paths = [];

    /// <summary>Nothing was told: no need to ask.</summary>
    public bool IsEmpty => paths.Count == 0;

    /// <summary>Takes an MTU that was told to the sender of a quoted datagram.</summary>
    public void Take(int point, IPEndPoint source, IPEndPoint destination, long time, int mtu)
    {
        var ipv6 = source.Address.AddressFamily == AddressFamily.InterNetworkV6;
        var path = new Path(point, ipv6, Number(source.Address), Number(destination.Address), (ushort)source.Port, (ushort)destination.Port);
        if (paths.TryGetValue(path, out var known))
        {
            paths[path] = (Math.Min(known.Since, time), Math.Min(known.Mtu, mtu));
        }
        else if (paths.Count < Most)
        {
            paths[path] = (time, mtu);
        }
    }

    /// <summary>Whether a datagram of this length, sent then, was longer than what its sender had been told, or the telling was on its way.</summary>
    public bool Exceeds(in FlowKeyBits key, bool fromHigh, long time, int datagramLength)
    {
        var path = fromHigh
            ? new Path(key.Point, key.IsIpv6, key.AddressHigh, key.AddressLow, key.PortHigh, key.PortLow)
            : new Path(key.Point, key.IsIpv6, key.AddressLow, key.AddressHigh, key.PortLow, key.PortHigh);
        return paths.TryGetValue(path, out var told) && time >= told.Since && datagramLength > told.Mtu;
    }

    private uint Number(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 16 ? addresses.NumberOf(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private readonly record struct Path(int Point, bool Ipv6, uint Source, uint Destination, ushort SourcePort, ushort DestinationPort);
}
