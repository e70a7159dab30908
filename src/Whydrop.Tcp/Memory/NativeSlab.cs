using System.Runtime.CompilerServices;

namespace Whydrop.Tcp.Memory;

/// <summary>A growing sequence of plain structs outside the managed heap, in blocks of 2 MiB that never move: pointers to elements stay valid.</summary>
internal sealed unsafe class NativeSlab<T> : IDisposable where T : unmanaged
{
    private const int BlockBytes = 2 * 1024 * 1024;
    private readonly int shift;
    private readonly int mask;
    private NativePages? directory;
    private readonly List<NativePages> owned = [];
    private T** blocks;
    private int blockRoom;
    private int free = -1;

    public NativeSlab()
    {
        shift = 31 - int.LeadingZeroCount(Math.Max(1, BlockBytes / sizeof(T)));
        mask = (1 << shift) - 1;
    }

    /// <summary>Elements ever handed out (released ones included).</summary>
    public int Count { get; private set; }

    /// <summary>The element; the index must have been handed out.</summary>
    public T* this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => blocks[index >> shift] + (index & mask); // SAFETY: index < Count, so its block exists and is not moved.
    }

    /// <summary>A zeroed element.</summary>
    public int Add()
    {
        if (free >= 0)
        {
            // SAFETY: a released element keeps the index of the next free one in its first four bytes (sizeof(T) >= 4).
            var reused = free;
            free = *(int*)this[reused];
            *this[reused] = default;
            return reused;
        }

        if ((Count & mask) == 0 && Count >> shift == owned.Count)
        {
            Grow();
        }

        return Count++;
    }

    /// <summary>Gives an element back; its contents are lost.</summary>
    public void Release(int index)
    {
        // SAFETY: see Add.
        *(int*)this[index] = free;
        free = index;
    }

    public void Dispose()
    {
        owned.ForEach(b => b.Dispose());
        owned.Clear();
        directory?.Dispose();
        blocks = null;
        blockRoom = 0;
        Count = 0;
    }

    private void Grow()
    {
        if (owned.Count == blockRoom)
        {
            blockRoom = Math.Max(512, blockRoom * 2);
            var larger = new NativePages((nuint)blockRoom * (nuint)sizeof(T*));
            for (var i = 0; i < owned.Count; i++)
            {
                ((T**)larger.Start)[i] = blocks[i]; // SAFETY: both directories hold at least that many entries.
            }

            directory?.Dispose();
            directory = larger;
            blocks = (T**)larger.Start;
        }

        // Pages are touched by use and zeroed by the kernel: a block costs what is used of it.
        var block = new NativePages((nuint)sizeof(T) << shift);
        if (owned.Count > 0)
        {
            _ = block.PreferHugePages();
        }

        blocks[owned.Count] = (T*)block.Start;
        owned.Add(block);
    }
}
