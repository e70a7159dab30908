using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Memory;

/// <summary>A growing sequence of plain structs outside the managed heap, in blocks of 2 MiB that never move: pointers to elements stay valid.</summary>
internal sealed unsafe class NativeSlab<T> : IDisposable where T : unmanaged
{
    private const int BlockBytes = 2 * 1024 * 1024;
    private readonly int shift;
    private readonly int mask;
    private T** blocks;
    private int blockCount;
    private int blockRoom;
    private int free = -1;

    public NativeSlab()
    {
        shift = 31 - int.LeadingZeroCount(Math.Max(1, BlockBytes / sizeof(T)));
        mask = (1 << shift) - 1;
    }

    ~NativeSlab() => Release();

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

        if ((Count & mask) == 0 && Count >> shift == blockCount)
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
        Release();
        GC.SuppressFinalize(this);
    }

    private void Grow()
    {
        if (blockCount == blockRoom)
        {
            blockRoom = Math.Max(16, blockRoom * 2);
            blocks = (T**)NativeMemory.Realloc(blocks, (nuint)blockRoom * (nuint)sizeof(T*));
        }

        // Small slabs take what they need: pages are touched by use, zeroed by the kernel.
        blocks[blockCount++] = (T*)NativePages.Allocate((nuint)sizeof(T) << shift);
    }

    private void Release()
    {
        for (var i = 0; i < blockCount; i++)
        {
            NativePages.Free(blocks[i], (nuint)sizeof(T) << shift);
        }

        NativeMemory.Free(blocks);
        blocks = null;
        blockCount = 0;
        blockRoom = 0;
        Count = 0;
    }
}
