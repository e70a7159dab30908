using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Flows;

/// <summary>
/// Connections by key: open addressing, 8-byte slots (hash and index), at most a quarter full: a run of two taken slots costs a wrong guess of the branch, more than the memory is worth. Every connection ever seen keeps its record;
/// the table leads to the latest one of a key.
/// </summary>
internal sealed unsafe class FlowTable : IDisposable
{
    private const int FirstCapacity = 1 << 12;
    private NativePages memory;
    private ulong* slots;
    private uint mask;
    private int used;

    public FlowTable()
    {
        // The kernel's random bytes by way of a version 4 UUID: the cryptographic classes would load OpenSSL for eight bytes.
        Span<byte> seed = stackalloc byte[16];
        _ = Guid.NewGuid().TryWriteBytes(seed);
        Seed = BitConverter.ToUInt64(seed) | 1;
        SecondSeed = BitConverter.ToUInt64(seed[8..]) | 1;
        memory = Allocate(FirstCapacity);
        slots = (ulong*)memory.Start;
        mask = FirstCapacity - 1;
    }

    /// <summary>First seed of <see cref="FlowKeyBits.Mix"/>.</summary>
    public ulong Seed { get; }

    /// <summary>Second seed.</summary>
    public ulong SecondSeed { get; }

    public NativeSlab<FlowRecord> Records { get; } = new();

    public NativeSlab<FlowOpening> Openings { get; } = new();

    public int Count => Records.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchSlot(uint hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(slots + (hash & mask)); // SAFETY: masked, inside the table.
        }
    }

    /// <summary>First candidate for a hash, without looking at its key; its record is fetched ahead. −1 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Foresee(uint hash)
    {
        // SAFETY: the index is masked, and an empty slot exists since at most a quarter of them are used.
        for (var i = hash & mask; ; i = (i + 1) & mask)
        {
            var slot = slots[i];
            if (slot == 0)
            {
                return -1;
            }

            if ((uint)(slot >> 32) == hash)
            {
                var index = (int)(uint)slot - 1;
                if (Sse.IsSupported)
                {
                    var record = (byte*)Records[index];
                    Sse.Prefetch0(record);
                    Sse.Prefetch0(record + 64);
                }

                return index;
            }
        }
    }

    /// <summary>The latest connection with this key, or −1.</summary>
    public int Find(in FlowKeyBits key, uint hash)
    {
        for (var i = hash & mask; ; i = (i + 1) & mask)
        {
            var slot = slots[i];
            if (slot == 0)
            {
                return -1;
            }

            if ((uint)(slot >> 32) == hash)
            {
                var index = (int)(uint)slot - 1;
                if (Records[index]->Key.Same(key))
                {
                    return index;
                }
            }
        }
    }

    /// <summary>A new connection; it replaces an earlier one of the same key as the latest.</summary>
    public int Add(in FlowKeyBits key, uint hash)
    {
        var index = Records.Add();
        _ = Openings.Add();
        Records[index]->Key = key;
        if (used * 4L > mask)
        {
            Grow();
        }

        for (var i = hash & mask; ; i = (i + 1) & mask)
        {
            var slot = slots[i];
            if (slot == 0)
            {
                slots[i] = ((ulong)hash << 32) | ((uint)index + 1);
                used++;
                return index;
            }

            if ((uint)(slot >> 32) == hash && Records[(int)(uint)slot - 1]->Key.Same(key))
            {
                slots[i] = ((ulong)hash << 32) | ((uint)index + 1);
                return index;
            }
        }
    }

    public void Dispose()
    {
        memory.Dispose();
        Records.Dispose();
        Openings.Dispose();
    }

    private static NativePages Allocate(uint capacity) => new NativePages((nuint)capacity * sizeof(ulong)).PreferHugePages();

    private void Grow()
    {
        var capacity = (mask + 1) * 2;
        var largerMemory = Allocate(capacity);
        var larger = (ulong*)largerMemory.Start;
        var largerMask = capacity - 1;

        // SAFETY: both tables are walked within their capacities.
        for (uint i = 0; i <= mask; i++)
        {
            var slot = slots[i];
            if (slot == 0)
            {
                continue;
            }

            var j = (uint)(slot >> 32) & largerMask;
            while (larger[j] != 0)
            {
                j = (j + 1) & largerMask;
            }

            larger[j] = slot;
        }

        memory.Dispose();
        memory = largerMemory;
        slots = larger;
        mask = largerMask;
    }
}
