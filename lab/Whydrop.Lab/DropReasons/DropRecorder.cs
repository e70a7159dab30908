using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.DropReasons;

/// <summary>Counts why the kernel drops packets in the namespaces of one run: for the truth, never for the case.</summary>
/// <remarks>
/// The namespace number decides, so whatever else runs on the machine is not counted. Not counted either: a packet that has neither device nor
/// socket when it is freed.
/// </remarks>
public sealed class DropRecorder : IDisposable
{
    /// <summary>How its figures begin.</summary>
    public const string Figure = "dropReason ";

    private const int MostNamespaces = 256;
    private const int MostPlaces = 4096;
    private const string ReasonPrefix = "SKB_DROP_REASON_";

    /// <summary>Freed by no loss: bytes the receiver already had, and data that arrives after the application closed.</summary>
    private static readonly HashSet<string> NoLoss = ["TCP_OLD_DATA", "TCP_ABORT_ON_DATA", "SKB_CONSUMED", "SKB_NOT_DROPPED_YET"];

    /// <summary>Queues of a socket that is closed with data unread, multicast that nobody here listens to, and parts that go with their head (it is counted itself when it is dropped).</summary>
    private static readonly HashSet<string> NoLossAt = ["ip6_mc_input", "skb_release_data", "udp_destruct_common", "sk_stream_kill_queues", "inet_sock_destruct", "unix_sock_destructor", "packet_sock_destruct", "__sk_destruct", "skb_queue_purge_reason", "skb_rbtree_purge", "netlink_sock_destruct"];

    private readonly Dictionary<uint, string> hosts = [];
    private readonly IReadOnlyDictionary<int, string> reasons;
    private readonly SafeFileHandle watched;
    private readonly SafeFileHandle counts;
    private readonly SafeFileHandle program;
    private readonly SafeFileHandle link;

    private DropRecorder(KernelTypes types)
    {
        reasons = types.Enumerators("skb_drop_reason");
        watched = Bpf.CreateHashMap(4, 4, MostNamespaces);
        counts = Bpf.CreateHashMap(DropProgram.KeySize, 8, MostPlaces);
        (program, link) = Bpf.Attach(DropProgram.For(types, (int)watched.DangerousGetHandle(), (int)counts.DangerousGetHandle()), "kfree_skb");
    }

    /// <summary>Begins, with no namespace watched.</summary>
    /// <exception cref="LabException">The kernel has no BTF, no BPF or no such tracepoint, or the process may not use them.</exception>
    public static DropRecorder Start() => new(KernelTypes.Read());

    /// <summary>Why it cannot be done here; null when it can.</summary>
    public static string? Missing()
    {
        try
        {
            Start().Dispose();
            return null;
        }
        catch (LabException e)
        {
            return e.Message;
        }
    }

    /// <summary>Counts in this namespace from now on.</summary>
    public void Watch(NetworkNamespace host)
    {
        Span<byte> key = stackalloc byte[4];
        var number = host.Number;
        hosts[number] = host.Label;
        BinaryPrimitives.WriteUInt32LittleEndian(key, number);
        Bpf.Set(watched, key, [1, 0, 0, 0]);
    }

    /// <summary>What was dropped until now: "dropReason NAME at FUNCTION, HOST" and how often. What is no loss is left out.</summary>
    public IReadOnlyDictionary<string, long> Figures()
    {
        var drops = new List<(ulong Location, int Reason, uint Host, long Packets)>();
        Span<byte> key = stackalloc byte[DropProgram.KeySize];
        Span<byte> next = stackalloc byte[DropProgram.KeySize];
        Span<byte> value = stackalloc byte[8];
        for (var more = Bpf.TryNext(counts, [], next); more; more = Bpf.TryNext(counts, key, next))
        {
            next.CopyTo(key);
            if (Bpf.TryGet(counts, key, value))
                drops.Add((BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadInt32LittleEndian(key[8..]), BinaryPrimitives.ReadUInt32LittleEndian(key[12..]), BinaryPrimitives.ReadInt64LittleEndian(value)));
        }

        var symbols = Symbols([.. drops.Select(d => d.Location).Distinct()]);
        var figures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (location, number, host, packets) in drops)
        {
            // Reasons of a subsystem have its number in the upper half (include/net/dropreason.h).
            var reason = reasons.GetValueOrDefault(number) is { } name ? name.Replace(ReasonPrefix, "", StringComparison.Ordinal) : $"{number:x}";
            if (NoLoss.Contains(reason) || NoLossAt.Contains(symbols[location]))
                continue;
            var figure = $"{Figure}{reason} at {symbols[location]}, {hosts[host]}";
            figures[figure] = figures.GetValueOrDefault(figure) + packets;
        }

        return figures;
    }

    /// <summary>Ends the program.</summary>
    public void Dispose()
    {
        link.Dispose();
        program.Dispose();
        counts.Dispose();
        watched.Dispose();
    }

    /// <summary>The function that each address lies in, by /proc/kallsyms; the address itself where the kernel hides its own.</summary>
    private static Dictionary<ulong, string> Symbols(ulong[] addresses)
    {
        var nearest = addresses.ToDictionary(a => a, _ => (Start: 0ul, Name: ""));
        foreach (var line in addresses.Length == 0 ? [] : File.ReadLines("/proc/kallsyms"))
        {
            var words = line.Split((char[])[' ', '\t'], 4);
            if (words.Length < 3 || !ulong.TryParse(words[0], NumberStyles.HexNumber, null, out var start))
                continue;
            foreach (var address in addresses)
            {
                if (start != 0 && start <= address && start > nearest[address].Start)
                    nearest[address] = (start, words[2]);
            }
        }

        return nearest.ToDictionary(n => n.Key, n => n.Value.Start == 0 ? $"0x{n.Key:x}" : n.Value.Name);
    }
}
