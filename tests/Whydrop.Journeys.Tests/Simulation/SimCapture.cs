using System.Buffers.Binary;

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

    /// <summary>Only packets of this true time and later are captured.</summary>
    public long StartsAt { get; init; } = long.MinValue;

    /// <summary>And up to this.</summary>
    public long EndsAt { get; init; } = long.MaxValue;

    /// <summary>Merge neighbouring segments as GRO and TSO do.</summary>
    public bool Merges { get; init; }

    public int SnapLength { get; init; } = 262144;

    /// <summary>What the capture says of its own drops; null for nothing.</summary>
    public long? KernelDrops { get; init; } = 0;

    public long AckedUnseen { get; init; }

    public List<SimPacket> Seen { get; } = [];

    public long ClockAt(long time) => Epoch + time + ClockOffset + (long)(Drift * time);

    /// <summary>Frames in capture order.</summary>
    public List<SimPacket> Frames()
    {
        var ordered = Seen.Where(p => p.Time >= StartsAt && p.Time <= EndsAt).OrderBy(p => p.Time).ToList();
        return Merges ? Merged(ordered) : ordered;
    }

    public byte[] ToPcap()
    {
        using var stream = new MemoryStream();
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B23C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], SnapLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], 1);
        stream.Write(header);
        foreach (var packet in Frames())
        {
            var bytes = FrameBytes.Of(packet);
            var time = ClockAt(packet.Time);
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(time / 1_000_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(time % 1_000_000_000));
            BinaryPrimitives.WriteInt32LittleEndian(header[8..], Math.Min(SnapLength, bytes.Length));
            BinaryPrimitives.WriteInt32LittleEndian(header[12..], bytes.Length);
            stream.Write(header[..16]);
            stream.Write(bytes.AsSpan(0, Math.Min(SnapLength, bytes.Length)));
        }

        return stream.ToArray();
    }

    private static List<SimPacket> Merged(List<SimPacket> ordered)
    {
        var merged = new List<SimPacket>();
        var last = new Dictionary<(int, bool, Encapsulation?, System.Net.IPEndPoint), int>();
        foreach (var packet in ordered)
        {
            var key = (packet.Flow, packet.FromClient, packet.Tunnel, packet.Source);
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
        first.Length > 0 && first.Sequence + (uint)first.Length == next.Sequence && first.Acknowledgment == next.Acknowledgment
        && first.TsVal == next.TsVal && first.TsEcr == next.TsEcr && next.Time - first.Time < 100_000 && first.Length + next.Length < 60_000;
}
