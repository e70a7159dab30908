using System.Diagnostics;
using System.Text.RegularExpressions;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Tunnels;

namespace Whydrop.Lab.Middleboxes;

/// <summary>A box in the fabric that does to packets what the kernel has no device for. Without effects it only forwards.</summary>
/// <remarks>
/// Policy routing sends what crosses the fabric in each direction into a TUN device of that direction; one thread reads, applies the effects,
/// and writes it back into the same device, from where the fabric routes it on. Two router hops are added to the path.
/// </remarks>
public sealed partial class Middlebox : IDisposable
{
    private const int Largest = 65536;
    private const int Batch = 64;
    private const string ToServerDevice = "mbx-up";
    private const string ToClientDevice = "mbx-down";
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);
    private readonly NetworkNamespace where;
    private readonly TunDevice up;
    private readonly TunDevice down;
    private readonly int receiving;
    private readonly Thread pump;
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly PriorityQueue<(Packet Packet, Passage Next), (TimeSpan Due, long Number)> waiting = new();
    private long number;
    private long forwarded;
    private long refused;
    private volatile bool stopping;

    private Middlebox(NetworkNamespace where, TunDevice up, TunDevice down, int seed, int receiving)
    {
        this.where = where;
        this.up = up;
        this.down = down;
        this.receiving = receiving;
        Random = new Random(seed);
        pump = new Thread(Pump) { IsBackground = true, Name = "middlebox" };
    }

    /// <summary>Effects on what goes from the client's side to the server's.</summary>
    public EffectChain ToServer { get; } = new();

    /// <summary>Effects on what goes from the server's side to the client's.</summary>
    public EffectChain ToClient { get; } = new();

    /// <summary>Packets sent on.</summary>
    public long Forwarded => Volatile.Read(ref forwarded);

    /// <summary>Packets that the kernel did not take back.</summary>
    public long Refused => Volatile.Read(ref refused);

    internal Random Random { get; }

    internal TimeSpan Now => Stopwatch.GetElapsedTime(started);

    /// <summary>Puts one between the nodes, or with <paramref name="atClient"/> between an outside client and the cluster.</summary>
    public static Middlebox Insert(LabRun run, PodNetwork network, int seed, bool atClient = false)
    {
        if (network.Options.Switched)
            throw new LabException("a middlebox needs a routed fabric, not a switched one");
        if (atClient && !network.Options.ExternalClient)
            throw new LabException("a middlebox at the client needs an outside client");
        var fabric = network.Fabric;
        var box = fabric.Call(() =>
        {
            var first = TunDevice.Open(ToServerDevice);
            try
            {
                return new Middlebox(fabric, first, TunDevice.Open(ToClientDevice), seed, network.Processor);
            }
            catch
            {
                first.Dispose();
                throw;
            }
        });
        run.Own("middlebox", box);
        box.Route(network, atClient);
        box.pump.Start();
        return box;
    }

    /// <summary>Packets that the kernel dropped before the middlebox read them: not zero when it is too slow.</summary>
    public long Overruns() =>
        ((string[])[ToServerDevice, ToClientDevice]).Sum(device => Drops().Match(where.Ip($"-s -j link show dev {device}")) is { Success: true } m ? long.Parse(m.Groups["n"].Value) : 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        if (pump.IsAlive)
            pump.Join();
        up.Dispose();
        down.Dispose();
    }

    internal void Later(Packet packet, Passage rest, TimeSpan due)
    {
        packet.Waits = true;
        waiting.Enqueue((packet, rest), (due, number++));
    }

    internal unsafe void Emit(Packet packet, bool toServer)
    {
        // SAFETY: the array is pinned for the call and its length is given.
        fixed (byte* bytes = packet.Bytes)
            Interlocked.Increment(ref Libc.Write((toServer ? up : down).Descriptor, bytes, (nuint)packet.Length) == packet.Length ? ref forwarded : ref refused);
    }

    private void Route(PodNetwork network, bool atClient)
    {
        var (a, fabric, mtu) = (network.Addresses, network.Fabric, network.Options.UnderlayMtu);
        // One command sets it up first, and to change the queue of a device that is up takes that away for a moment (dev_qdisc_change_tx_queue_len): what the kernel sends then is dropped.
        foreach (var (device, table) in ((string, int)[])[(ToServerDevice, 100), (ToClientDevice, 101)])
            fabric.IpLines($"link set {device} mtu {mtu} txqueuelen 10000", $"link set {device} up", $"route add {a.Default} dev {device} table {table}");
        string[] fromServer = atClient
            ? [network.Balancer is null ? "to-a" : "to-lb"]
            : network.Options.Spines ? ["to-spine-1", "to-spine-2"] : ["to-b"];
        string[] rules = atClient
            ? ["iif to-client lookup 100", .. fromServer.Select(port => $"iif {port} to {a.OutsideNetwork} lookup 101")]
            : [$"iif to-a to {a.UnderlayB} lookup 100", $"iif to-a to {a.BlockB} lookup 100", .. fromServer.Select(port => $"iif {port} lookup 101")];
        var family = network.Options.Ipv6 ? "-6" : "-4";
        foreach (var (rule, index) in rules.Select((rule, index) => (rule, index)))
            fabric.Ip($"{family} rule add pref {1000 + index} {rule}");
    }

    private unsafe void Pump()
    {
        // Beside the kernel's receive processing, where there are two.
        Libc.StayOn((receiving + 1) % Environment.ProcessorCount);
        var memory = GC.AllocateUninitializedArray<byte>(Largest, pinned: true);
        var entries = stackalloc Libc.PollEntry[2];
        entries[0] = new Libc.PollEntry { Descriptor = up.Descriptor, Events = Libc.PollIn };
        entries[1] = new Libc.PollEntry { Descriptor = down.Descriptor, Events = Libc.PollIn };
        // SAFETY: the array is pinned and lives as long as this method.
        fixed (byte* buffer = memory)
        {
            while (!stopping)
            {
                var wait = Release();
                if (Libc.PollFor(entries, 2, wait) <= 0)
                    continue;
                if (entries[0].Returned != 0)
                    Read(up, buffer, toServer: true);
                if (entries[1].Returned != 0)
                    Read(down, buffer, toServer: false);
            }
        }
    }

    /// <summary>Lets go what is due; returns the time to the next.</summary>
    private TimeSpan Release()
    {
        while (waiting.TryPeek(out _, out var key))
        {
            var left = key.Due - Now;
            if (left > TimeSpan.Zero)
                return left < Longest ? left : Longest;
            var (packet, rest) = waiting.Dequeue();
            if (!packet.Waits)
                continue;
            packet.Waits = false;
            rest.Pass(packet);
        }

        return Longest;
    }

    private unsafe void Read(TunDevice device, byte* buffer, bool toServer)
    {
        var effects = (toServer ? ToServer : ToClient).Effects;
        for (var i = 0; i < Batch; i++)
        {
            // SAFETY: the buffer holds Largest bytes; read(2) writes at most that many.
            var length = (int)Libc.Read(device.Descriptor, buffer, Largest);
            if (length < 20)
                return;
            new Passage(this, effects, 0, toServer).Pass(new Packet(new Span<byte>(buffer, length).ToArray()));
        }
    }

    [GeneratedRegex("\"tx\":\\{[^}]*\"dropped\":(?<n>\\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Drops();
}
