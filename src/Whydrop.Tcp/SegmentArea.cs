using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.Win32.SafeHandles;
using Whydrop.Tcp.Memory;

namespace Whydrop.Tcp;

/// <summary>Room for segments outside the managed heap, or a file of them, given back when nobody refers to it any more or sooner.</summary>
// SAFETY: the mapping belongs to this object, and whoever looks at segments refers to it by a trail; places are checked against the room, which is none once
// it was given back.
public sealed unsafe class SegmentArea : IDisposable
{
    private readonly NativePages pages;
    private readonly SegmentRecord* first;

    /// <summary>Room for some.</summary>
    /// <param name="room">How many; what is not used takes no memory.</param>
    public SegmentArea(int room)
    {
        Room = room;
        pages = new NativePages((nuint)Math.Max(1, room) * (nuint)sizeof(SegmentRecord)).PreferHugePages();
        first = (SegmentRecord*)pages.Start;
    }

    /// <summary>Those in a file.</summary>
    /// <param name="file">Begins with them; it may be closed.</param>
    /// <param name="count">How many; at least one.</param>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    internal SegmentArea(SafeFileHandle file, int count)
    {
        Room = count;
        pages = new NativePages(file, (nuint)count * (nuint)sizeof(SegmentRecord));
        first = (SegmentRecord*)pages.Start;
    }

    /// <summary>How many there is room for.</summary>
    public int Room { get; private set; }

    /// <summary>One of them.</summary>
    public ref SegmentRecord this[int place]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)place >= (uint)Room)
            {
                Refuse();
            }

            return ref first[place];
        }
    }

    /// <summary>Some that follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<SegmentRecord> Slice(int start, int count)
    {
        if ((ulong)(uint)start + (uint)count > (uint)Room)
        {
            Refuse();
        }

        return new Span<SegmentRecord>(first + start, count);
    }

    /// <summary>Fetches the first of some ahead of their use. Changes speed only.</summary>
    public void Prefetch(int start, int count)
    {
        const int Line = 64;
        const int Most = 12;
        if (Sse.IsSupported && (uint)start < (uint)Room)
        {
            var end = (byte*)(first + start + Math.Min(count, Most));
            for (var at = (byte*)(first + start); at < end; at += Line)
            {
                Sse.Prefetch0(at); // SAFETY: an address that cannot be read is let be.
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Room = 0;
        pages.Dispose();
    }

    private static void Refuse() => throw new ArgumentOutOfRangeException("place");
}
