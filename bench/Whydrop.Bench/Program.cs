using System.Diagnostics;
using System.Runtime.CompilerServices;
using Whydrop.Bench;
using Whydrop.Wire;

// Nanoseconds and bytes per decoded frame: best and median of the rounds after warm-up. All frames of a set (512 KiB) are in the cache, so this
// is the cost of decoding alone. Wall time: compare runs in pairs.
const int Frames = 4096;
const int Rounds = 60;
const int WarmUp = 20;

FrameSet[] sets =
[
    FrameSet.Make("ethernet ipv4", LinkType.Ethernet, Frames, (s, n) => FrameSet.Ethernet(0x800, FrameSet.Ipv4(6, s, n))),
    FrameSet.Make("sll2 ipv4", LinkType.LinuxSll2, Frames, (s, n) => FrameSet.Sll2(FrameSet.Ipv4(6, s, n))),
    FrameSet.Make("ethernet ipv6", LinkType.Ethernet, Frames, (s, n) => FrameSet.Ethernet(0x86dd, FrameSet.Ipv6(s, n))),
    FrameSet.Make("ipip", LinkType.Ethernet, Frames, (s, n) => FrameSet.Ethernet(0x800, FrameSet.Ipv4(4, FrameSet.Ipv4(6, s, n), n + 20))),
    FrameSet.Make("vxlan", LinkType.Ethernet, Frames, (s, n) => FrameSet.Ethernet(0x800, FrameSet.Ipv4(17, FrameSet.Vxlan(FrameSet.Ethernet(0x800, FrameSet.Ipv4(6, s, n)), n + 34), n + 50))),
];

Console.WriteLine($"{"frames",-16}{"best ns",10}{"median ns",12}{"bytes",8}{"decoded",10}");
foreach (var set in sets)
{
    Measure(set);
}

static void Measure(FrameSet set)
{
    var times = new double[Rounds];
    var segments = 0;
    long allocated = 0;
    for (var round = -WarmUp; round < Rounds; round++)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        segments = DecodeAll(set);
        var elapsed = Stopwatch.GetElapsedTime(start);
        if (round < 0)
        {
            continue;
        }

        allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        times[round] = elapsed.TotalNanoseconds / set.Count;
    }

    Array.Sort(times);
    Console.WriteLine($"{set.Name,-16}{times[0],10:F1}{times[Rounds / 2],12:F1}{allocated / ((double)Rounds * set.Count),8:F1}{segments,6}/{set.Count}");
}

[MethodImpl(MethodImplOptions.NoInlining)]
static int DecodeAll(FrameSet set)
{
    PacketHeaders headers = default;
    var segments = 0;
    for (var i = 0; i < set.Count; i++)
    {
        FrameDecoder.Decode(set.Link, set.Frame(i), set.OriginalLength(i), ref headers);
        segments += headers.Status == DecodeStatus.Tcp ? 1 : 0;
    }

    return segments;
}
