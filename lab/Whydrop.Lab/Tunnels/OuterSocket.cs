using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Tunnels;

/// <summary>A raw socket on the underlay that carries one kind of inner datagram as the outer payload.</summary>
/// <remarks>Protocol 4 carries IPv4 (RFC 2003; RFC 2473 over IPv6), protocol 41 carries IPv6 (RFC 4213; RFC 2473).</remarks>
internal sealed class OuterSocket : IDisposable
{
    private const int FamilyIpv4 = 2;
    private const int FamilyIpv6 = 10;
    private const int RawNonBlocking = 3 | 0x80800; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
    private const int FromErrorQueue = 0x2000; // MSG_ERRQUEUE
    private const int ReceiveRoom = 32 << 20;
    private readonly bool ipv6;

    private OuterSocket(int descriptor, bool ipv6)
    {
        Descriptor = descriptor;
        this.ipv6 = ipv6;
    }

    public int Descriptor { get; }

    /// <summary>Opens it in the namespace of the calling thread.</summary>
    public static unsafe OuterSocket Open(AddressFamily underlay, int protocol, bool dontFragment)
    {
        var overIpv6 = underlay == AddressFamily.InterNetworkV6;
        var descriptor = Libc.Checked(Libc.Socket(overIpv6 ? FamilyIpv6 : FamilyIpv4, RawNonBlocking, protocol), $"raw socket for protocol {protocol}");
        // IP_MTU_DISCOVER: IP_PMTUDISC_DO sets DF on the outer header and keeps to the path MTU that the node has learned; IP_PMTUDISC_DONT lets fragments be made.
        var discover = dontFragment ? 2 : 0;
        _ = overIpv6
            ? Libc.SetOption(descriptor, 41, 23, &discover, sizeof(int))
            : Libc.SetOption(descriptor, 0, 10, &discover, sizeof(int));
        // IPV6_RECVERR: without it the kernel does not take "packet too big" for a socket that is not connected (net/ipv6/raw.c rawv6_err).
        var errors = 1;
        if (overIpv6)
            _ = Libc.SetOption(descriptor, 41, 25, &errors, sizeof(int));
        // SO_RCVBUFFORCE: a kernel tunnel has no queue here that could overflow while this program waits for a processor.
        var room = ReceiveRoom;
        _ = Libc.SetOption(descriptor, 1, 33, &room, sizeof(int));
        return new OuterSocket(descriptor, overIpv6);
    }

    /// <summary>Sends one inner datagram to a node; false when the kernel refused it (larger than the underlay, no route).</summary>
    public unsafe bool Send(byte* datagram, int length, IPAddress node)
    {
        var address = stackalloc byte[28];
        var size = WriteAddress(new Span<byte>(address, 28), node);
        // An error that came by ICMP for an earlier datagram is told first, and once.
        // SAFETY: the caller owns `length` bytes at `datagram`; the address holds `size` of its 28 bytes.
        return Libc.SendTo(Descriptor, datagram, (nuint)length, 0, address, (uint)size) == length
            || (ipv6 && Libc.SendTo(Descriptor, datagram, (nuint)length, 0, address, (uint)size) == length);
    }

    /// <summary>Receives one outer datagram. Returns the inner one inside <paramref name="buffer"/>, or an empty span when there is none or it is malformed.</summary>
    public unsafe Span<byte> Receive(byte* buffer, int room, out IPAddress sender)
    {
        var address = stackalloc byte[28];
        var addressLength = 28u;
        sender = IPAddress.None;
        // SAFETY: the caller owns `room` bytes at `buffer`; the kernel writes at most that many.
        var got = (int)Libc.ReceiveFrom(Descriptor, buffer, (nuint)room, 0, address, &addressLength);
        if (got <= 0)
        {
            // What waits in the error queue would wake the poll for ever.
            while (ipv6 && Libc.ReceiveFrom(Descriptor, buffer, (nuint)room, FromErrorQueue, address, &addressLength) >= 0)
                addressLength = 28;
            return [];
        }

        sender = ipv6 ? new IPAddress(new ReadOnlySpan<byte>(address + 8, 16)) : new IPAddress(new ReadOnlySpan<byte>(address + 4, 4));
        // An IPv4 raw socket delivers the outer header, an IPv6 one does not (ip(7), ipv6(7)).
        var header = ipv6 ? 0 : (buffer[0] & 15) * 4;
        return header < got ? new Span<byte>(buffer + header, got - header) : [];
    }

    public void Dispose() => _ = Libc.Close(Descriptor);

    private int WriteAddress(Span<byte> room, IPAddress node)
    {
        room.Clear();
        BitConverter.TryWriteBytes(room, (ushort)(ipv6 ? FamilyIpv6 : FamilyIpv4));
        node.TryWriteBytes(room[(ipv6 ? 8 : 4)..], out _);
        return ipv6 ? 28 : 16;
    }
}
