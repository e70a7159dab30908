using System.Buffers.Binary;
using System.Net;
using Whydrop.Capture;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>One capture file: what came by, on its own clock.</summary>
public sealed class SimCapture(string name, string node, string @interface)
{
    private const long Epoch = 1_750_000_000_000_000_000;

    public string Name { get; } = name;
    public string Node { get; } = node;
    public string Interface { get; } = @interface;

    /// <summary>Added to the true time.</summary>
    public long ClockOffset { get; init; }

    /// <summary>Seconds per second that the clock runs fast.</summary>
    public double Drift { get; init; }

    /// <summary>Steps of the clock: true time, and what is added from then on.</summary>
    public IReadOnlyList<(long At, long By)> Steps { get; init; } = [];

    /// <summary>Only packets of this true time and later are captured.</summary>
    public long StartsAt { get; init; } = long.MinValue;

    /// <summary>And up to this.</summary>
    public long EndsAt { get; init; } = long.MaxValue;

    /// <summary>Merge neighbouring segments as GRO and TSO do.</summary>
    public bool Merges { get; init; }

    public int SnapLength { get; init; } = 262144;

    /// <summary>What the capture says of its own drops; null for nothing.</summary>
    public long? KernelDrops { get; init; } = 0;

    /// <summary>Messages about group membership that it kept beside its frames.</summary>
    public long GroupMessages { get; set; }

    /// <summary>Several interfaces in one pcapng: their names, by the number that a tap gives.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>Taken on all interfaces at once: LINUX_SLL2 with an interface index per frame.</summary>
    public bool AnyDevice { get; init; }

    public List<SimPacket> Seen { get; } = [];

    public long ClockAt(long time) => Epoch + time + ClockOffset + (long)(Drift * time) + Steps.Where(s => time >= s.At).Sum(s => s.By);

    /// <summary>Something else that came by, at these times: the capture was alive.</summary>
    public SimCapture WithChatter(params long[] times)
    {
        foreach (var time in times)
        {
            Seen.Add(new SimPacket
            {
                Flow = 999, FromClient = true, Time = time, Source = IPEndPoint.Parse("198.51.100.7:50123"), Destination = IPEndPoint.Parse("198.51.100.9:22"),
                Sequence = 77, Acknowledgment = 99, Flags = 16,
            });
        }

        return this;
    }

    /// <summary>Frames in capture order.</summary>
    public List<SimPacket> Frames()
    {
        var ordered = Seen.Where(p => p.Time >= StartsAt && p.Time <= EndsAt).OrderBy(p => p.Time).ToList();
        return Merges ? Merged(ordered) : ordered;
    }

    public byte[] ToFile()
    {
        using var stream = new MemoryStream();
        using (var writer = Writer(stream))
        {
            foreach (var packet in Frames())
            {
                var bytes = AnyDevice ? Cooked(packet) : FrameBytes.Of(packet);
                var kept = bytes.AsSpan(0, Math.Min(SnapLength, bytes.Length));
                if (Interfaces.Count > 0)
                {
                    writer.Write(packet.Interface, ClockAt(packet.Time), kept, bytes.Length);
                }
                else
                {
                    writer.Write(ClockAt(packet.Time), kept, bytes.Length);
                }
            }
        }

        return stream.ToArray();
    }

    private CaptureWriter Writer(MemoryStream stream)
    {
        if (Interfaces.Count == 0)
        {
            return CaptureWriter.Pcap(stream, AnyDevice ? 276 : 1, nanoseconds: true, (uint)SnapLength);
        }

        var writer = CaptureWriter.Pcapng(stream);
        foreach (var interfaceName in Interfaces)
        {
            _ = writer.AddInterface(1, interfaceName, snapLength: (uint)SnapLength);
        }

        return writer;
    }

    private static byte[] Cooked(SimPacket packet)
    {
        var frame = FrameBytes.Of(packet);
        var cooked = new byte[20 + frame.Length - 14];
        frame.AsSpan(12, 2).CopyTo(cooked);
        BinaryPrimitives.WriteInt32BigEndian(cooked.AsSpan(4), packet.Interface + 2);
        cooked[9] = 1;
        cooked[10] = (byte)(packet.Interface == 0 ? 0 : 4);
        cooked[11] = 6;
        frame.AsSpan(14).CopyTo(cooked.AsSpan(20));
        return cooked;
    }

    private static List<SimPacket> Merged(List<SimPacket> ordered)
    {
        var merged = new List<SimPacket>();
        var last = new Dictionary<(int, bool, Encapsulation?, System.Net.IPEndPoint, int), int>();
        foreach (var packet in ordered)
        {
            var key = (packet.Flow, packet.FromClient, packet.Tunnel, packet.Source, packet.Interface);
            if (packet.Length > 0 && last.TryGetValue(key, out var index) && MayMerge(merged[index], packet))
            {
                merged[index] = merged[index] with { Length = merged[index].Length + packet.Length };
                continue;
            }

            last[key] = merged.Count;
            merged.Add(packet);
        }

        return merged;
    }

    private static bool MayMerge(SimPacket first, SimPacket next) =>
        first.Length > 0 && first.Length % 1448 == 0 && first.Sequence + (uint)first.Length == next.Sequence && first.Acknowledgment == next.Acknowledgment
        && first.TsVal == next.TsVal && first.TsEcr == next.TsEcr && next.Time - first.Time < 100_000 && next.Length <= 1448 && first.Length + next.Length < 60_000;
}
