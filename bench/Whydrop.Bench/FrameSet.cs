using System.Buffers.Binary;
using Whydrop.Wire;

namespace Whydrop.Bench;

/// <summary>Many different frames of one shape, kept as a capture with snap length 128 would keep them.</summary>
internal sealed class FrameSet
{
    private const int Slot = 128;

    private readonly byte[] bytes;
    private readonly int[] captured;
    private readonly int[] original;

    private FrameSet(string name, LinkType link, int count)
    {
        Name = name;
        Link = link;
        bytes = new byte[count * Slot];
        captured = new int[count];
        original = new int[count];
    }

    public string Name { get; }

    public LinkType Link { get; }

    public int Count => captured.Length;

    public ReadOnlySpan<byte> Frame(int i) => bytes.AsSpan(i * Slot, captured[i]);

    public int OriginalLength(int i) => original[i];

    /// <summary>Wraps segments of mixed payload, options and ports; the seed is fixed so that runs compare.</summary>
    public static FrameSet Make(string name, LinkType link, int count, Func<byte[], int, byte[]> wrap)
    {
        var random = new Random(1);
        var set = new FrameSet(name, link, count);
        for (var i = 0; i < count; i++)
        {
            // Two data segments, one pure ACK and one ACK with a SACK block in ten: a bulk transfer with some loss.
            var kind = random.Next(10);
            var payload = kind < 6 ? 1448 : kind < 8 ? random.Next(1, 1448) : 0;
            byte[] options = kind == 9 ? [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9] : [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
            var segment = Segment(random, options, Math.Min(payload, 64));
            var frame = wrap(segment, segment.Length + payload - Math.Min(payload, 64));
            set.original[i] = frame.Length + payload - Math.Min(payload, 64);
            set.captured[i] = Math.Min(frame.Length, Slot);
            frame.AsSpan(0, set.captured[i]).CopyTo(set.bytes.AsSpan(i * Slot));
        }

        return set;
    }

    public static byte[] Ethernet(int etherType, byte[] payload) => [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, (byte)(etherType >> 8), (byte)etherType, .. payload];

    public static byte[] Sll2(byte[] payload) => [8, 0, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0, .. payload];

    public static byte[] Ipv4(int protocol, byte[] payload, int lengthOnWire)
    {
        byte[] packet = [0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, (byte)protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(20 + lengthOnWire));
        return packet;
    }

    public static byte[] Ipv6(byte[] payload, int lengthOnWire)
    {
        byte[] packet = [0x60, 0, 0, 0, 0, 0, 6, 64, .. new byte[32], .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)lengthOnWire);
        return packet;
    }

    public static byte[] Vxlan(byte[] payload, int lengthOnWire)
    {
        byte[] packet = [0xc0, 0, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 42, 0, .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(16 + lengthOnWire));
        return packet;
    }

    private static byte[] Segment(Random random, byte[] options, int payload)
    {
        byte[] segment = [.. new byte[20], .. options, .. new byte[payload]];
        random.NextBytes(segment.AsSpan(0, 12));
        segment[12] = (byte)((20 + options.Length) / 4 << 4);
        segment[13] = TcpFlag.Ack;
        return segment;
    }
}
