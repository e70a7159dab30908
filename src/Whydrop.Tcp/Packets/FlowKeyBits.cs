using System.Runtime.CompilerServices;

namespace Whydrop.Tcp.Packets;

/// <summary>
/// Identity of a connection in 16 bytes: two end points (IPv6 addresses by their number in the <c>AddressBook</c>), the lower one first, and the
/// domain: capture point, encapsulation and IP version. The same connection plain and inside a tunnel is two flows.
/// </summary>
internal struct FlowKeyBits
{
    public const uint Ipv6Domain = 0x8000;

    /// <summary>From the top: IPv6 bit and encapsulation (16 bits), lower address (32), its port (16).</summary>
    public ulong Low;

    /// <summary>From the top: capture point (16 bits), higher address (32), its port (16).</summary>
    public ulong High;

    public readonly uint AddressLow => (uint)(Low >> 16);

    public readonly uint AddressHigh => (uint)(High >> 16);

    public readonly ushort PortLow => (ushort)Low;

    public readonly ushort PortHigh => (ushort)High;

    public readonly int Point => (int)(High >> 48);

    public readonly int Encapsulation => (int)(Low >> 48) & 0x7FFF;

    public readonly bool IsIpv6 => (long)Low < 0;

    /// <summary>An end point as a number: address, then port.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong End(uint address, ushort port) => ((ulong)address << 16) | port;

    /// <summary>Sets the key of a segment between two ends.</summary>
    /// <param name="source">Its sender, from <see cref="End"/>.</param>
    /// <param name="destination">Its receiver.</param>
    /// <param name="point">Number of the capture point, 16 bits.</param>
    /// <param name="encapsulation">Encapsulation and <see cref="Ipv6Domain"/>, 16 bits.</param>
    /// <returns>Whether the sender is the higher end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Set(ulong source, ulong destination, uint point, uint encapsulation)
    {
        // Without a branch, which would be guessed wrong every other time: ends have 48 bits, so the difference carries their order in its sign.
        var sourceIsHigher = (long)(destination - source) >> 63;
        var exchange = (source ^ destination) & (ulong)sourceIsHigher;
        Low = (source ^ exchange) | ((ulong)encapsulation << 48);
        High = (destination ^ exchange) | ((ulong)point << 48);
        return sourceIsHigher != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Same(in FlowKeyBits other) => ((Low ^ other.Low) | (High ^ other.High)) == 0;

    /// <summary>A hash that an input cannot aim at without knowing the two odd seeds (multilinear, the upper half of the product sum).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Mix(ulong seed, ulong secondSeed)
    {
        var h = (Low * seed) + (High * secondSeed);
        h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93UL;
        return (uint)(h >> 32);
    }
}
