using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Tunnels;

/// <summary>IP-in-IP in user space on a TUN device, for kernels without the ipip, sit and ip6_tunnel modules.</summary>
/// <remarks>
/// The kernel routes to the device and applies its MTU exactly as for a tunnel of its own; only the wrapping is ours.
/// One thread, no state: what is read from the device is sent to the node that owns the destination, what
/// comes from a known node is written to the device.
/// </remarks>
internal sealed class TunTunnel : IDisposable
{
    private const int LargestDatagram = 65536;
    private const int PollMilliseconds = 100;
    private readonly TunDevice device;
    private readonly OuterSocket carriesIpv4;
    private readonly OuterSocket carriesIpv6;
    private readonly TunnelRoute[] routes;
    private readonly Thread pump;
    private volatile bool stopping;
    private long wrapped;
    private long unwrapped;
    private long refused;

    private TunTunnel(TunDevice device, OuterSocket carriesIpv4, OuterSocket carriesIpv6, TunnelRoute[] routes, string label)
    {
        this.device = device;
        this.carriesIpv4 = carriesIpv4;
        this.carriesIpv6 = carriesIpv6;
        this.routes = routes;
        pump = new Thread(Pump) { IsBackground = true, Name = $"tunnel {label}" };
    }

    /// <summary>Datagrams sent on inside an outer header.</summary>
    public long Wrapped => Volatile.Read(ref wrapped);

    /// <summary>Datagrams taken out of an outer header.</summary>
    public long Unwrapped => Volatile.Read(ref unwrapped);

    /// <summary>Datagrams that the underlay or the device did not take, or that had no route.</summary>
    public long Refused => Volatile.Read(ref refused);

    /// <summary>Makes the device and starts to serve it. The caller sets addresses, MTU and routes.</summary>
    /// <param name="where">Namespace.</param>
    /// <param name="interfaceName">Name of the device.</param>
    /// <param name="underlay">IP version of the outer header.</param>
    /// <param name="dontFragment">What does not fit the path to the node, as far as it is known, is dropped; else the kernel cuts it into fragments.</param>
    /// <param name="routes">Where to.</param>
    public static TunTunnel Start(NetworkNamespace where, string interfaceName, AddressFamily underlay, bool dontFragment, params TunnelRoute[] routes)
    {
        var tunnel = where.Call(() =>
        {
            var opened = TunDevice.Open(interfaceName);
            try
            {
                return new TunTunnel(opened, OuterSocket.Open(underlay, 4, dontFragment), OuterSocket.Open(underlay, 41, dontFragment), routes, where.Label);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        });
        tunnel.pump.Start();
        return tunnel;
    }

    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        pump.Join();
        carriesIpv4.Dispose();
        carriesIpv6.Dispose();
        device.Dispose();
    }

    private unsafe void Pump()
    {
        Libc.StayOn();
        var memory = GC.AllocateUninitializedArray<byte>(LargestDatagram, pinned: true);
        var entries = stackalloc Libc.PollEntry[3];
        entries[0] = new Libc.PollEntry { Descriptor = device.Descriptor, Events = Libc.PollIn };
        entries[1] = new Libc.PollEntry { Descriptor = carriesIpv4.Descriptor, Events = Libc.PollIn };
        entries[2] = new Libc.PollEntry { Descriptor = carriesIpv6.Descriptor, Events = Libc.PollIn };
        // SAFETY: the array is pinned and lives as long as this method.
        fixed (byte* buffer = memory)
        {
            while (!stopping)
            {
                if (Libc.Poll(entries, 3, PollMilliseconds) <= 0)
                    continue;
                if (entries[0].Returned != 0)
                    Wrap(buffer);
                if (entries[1].Returned != 0)
                    Unwrap(carriesIpv4, buffer);
                if (entries[2].Returned != 0)
                    Unwrap(carriesIpv6, buffer);
            }
        }
    }

    private unsafe void Wrap(byte* buffer)
    {
        // SAFETY: the buffer holds LargestDatagram bytes; read(2) writes at most that many.
        var length = (int)Libc.Read(device.Descriptor, buffer, LargestDatagram);
        if (length < 20)
            return;
        var ipv6 = buffer[0] >> 4 == 6;
        if (ipv6 && length < 40)
            return;
        var destination = new IPAddress(ipv6 ? new ReadOnlySpan<byte>(buffer + 24, 16) : new ReadOnlySpan<byte>(buffer + 16, 4));
        var route = Array.Find(routes, r => r.Inner.Contains(destination));
        var sent = route is not null && (ipv6 ? carriesIpv6 : carriesIpv4).Send(buffer, length, route.Node);
        Interlocked.Increment(ref sent ? ref wrapped : ref refused);
    }

    private unsafe void Unwrap(OuterSocket socket, byte* buffer)
    {
        var inner = socket.Receive(buffer, LargestDatagram, out var sender);
        // A kernel tunnel too takes packets only from the remote ends that it was told of.
        if (inner.IsEmpty || !Array.Exists(routes, r => r.Node.Equals(sender)))
            return;
        fixed (byte* start = inner)
        {
            // SAFETY: `inner` lies inside the pinned buffer.
            var written = Libc.Write(device.Descriptor, start, (nuint)inner.Length) == inner.Length;
            Interlocked.Increment(ref written ? ref unwrapped : ref refused);
        }
    }
}
