using System.Runtime.CompilerServices;

namespace Whydrop.Tcp.Packets;

/// <summary>
/// Identity of a connection in 16 bytes: two addresses (IPv6 ones by their number in the <c>AddressBook</c>), two ports, lower end point
/// first, and the domain: capture point, encapsulation and IP version. The same connection plain and inside a tunnel is two flows.
/// </summary>
internal struct FlowKeyBits
{
    public const uint Ipv6Domain = 0x8000;

    public uint AddressLow;
    public uint AddressHigh;
    public ushort PortLow;
    public ushort PortHigh;

    /// <summary>Capture point in the upper half, IPv6 bit and encapsulation in the lower.</summary>
    public uint Domain;

    public readonly int Point => (int)(Domain >> 16);

    public readonly int Encapsulation => (int)(Domain & 0x7FFF);

    public readonly bool IsIpv6 => (Domain & Ipv6Domain) != 0;

    public readonly bool Same(in FlowKeyBits other) =>
        (((AddressLow ^ other.AddressLow) | (AddressHigh ^ other.AddressHigh) | (Domain ^ other.Domain)) | (uint)((PortLow ^ other.PortLow) | (PortHigh ^ other.PortHigh))) == 0;

    /// <summary>A hash that an input cannot aim at without knowing the seed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Mix(ulong seed)
    {
        var addresses = ((ulong)AddressLow << 32) | AddressHigh;
        var ports = ((ulong)PortLow << 48) | ((ulong)PortHigh << 32) | Domain;
        var high = Math.BigMul(addresses ^ seed, ports ^ 0x9E3779B97F4A7C15UL ^ (seed >> 17), out var low);
        var h = (high ^ low) + (addresses * 0xD6E8FEB86659FD93UL) + ports;
        h ^= h >> 32;
        h *= 0xD6E8FEB86659FD93UL;
        h ^= h >> 32;
        return (uint)h;
    }
}
