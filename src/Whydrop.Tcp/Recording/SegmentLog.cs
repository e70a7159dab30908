using System.Runtime.CompilerServices;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Recording;

/// <summary>
/// A record of every segment, written in capture order and put together by connection block by block: a block fits the processor's cache, and
/// most connections lie in one.
/// </summary>
/// <param name="allowance">Ends the recording when it is used up.</param>
// SAFETY: openings live in a slab that never moves; a flow's index is below its count.
internal sealed unsafe class SegmentLog(SegmentAllowance allowance)
{
    /// <summary>A sorter's places have 16 bits.</summary>
    private const int BlockRecords = 1 << 16;
    private const int AreaRecords = 1 << SegmentRun.AreaShift;

    /// <summary>Half of what a run can name: they may be filled less when each direction is put in one piece.</summary>
    private const int MostAreas = int.MaxValue >> (SegmentRun.AreaShift + 1);
    private const int FirstRoom = 1 << 8;
    private readonly List<SegmentArea> areas = [];
    private readonly List<SegmentRun> runs = [];
    private SegmentRecord[] open = new SegmentRecord[FirstRoom];
    private uint[] directions = new uint[FirstRoom];
    private SegmentRecord[]? sorted;
    private SegmentSorter? sorter;
    private SegmentSpill? spill;
    private int count;
    private int used;
    private long kept;

    /// <summary>Not all is kept: there was no room, or something was seen that belongs to no connection.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Records the segment of a flow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(in TcpSegment s, int flow, uint number, ReadOnlySpan<byte> frame)
    {
        if (count == open.Length && !MakeRoom())
        {
            return;
        }

        directions[count] = ((uint)flow << 1) | (s.FromHigh ? 1u : 0u);
        open[count++].Take(s, s.Key.IsIpv6, frame, number);
    }

    /// <summary>Lets go of everything: half a record would be none.</summary>
    public void End()
    {
        IsEnded = true;
        LetGo();
    }

    private void LetGo()
    {
        allowance.Return(kept);
        areas.ForEach(a => a.Dispose());
        spill?.Dispose();
        areas.Clear();
        runs.Clear();
        (open, directions, sorted, sorter, count, kept) = ([], [], null, null, 0, 0);
    }

    /// <summary>What was recorded, by connections; null when the recording ended early.</summary>
    public RecordedSegments? Finish(FlowTable table)
    {
        if (IsEnded || (count > 0 && !Close()))
        {
            return null;
        }

        try
        {
            Seal();
            var recorded = new RecordedSegments(areas, runs, table.Count, d => (d & ~1) | ((table.Openings[d >> 1]->Bits & FlowOpening.ClientHigh) != 0 == ((d & 1) != 0) ? 0 : 1));
            if (spill is null)
            {
                (open, directions, sorter) = ([], [], null);
                return recorded;
            }

            var together = recorded.PutTogether(spill);
            LetGo();
            return together;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            End();
            return null;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MakeRoom()
    {
        if (IsEnded)
        {
            return false;
        }

        if (count == BlockRecords)
        {
            return Close();
        }

        Array.Resize(ref open, open.Length * 4);
        Array.Resize(ref directions, directions.Length * 4);
        return true;
    }

    private bool Close()
    {
        try
        {
            if (spill is not null || !allowance.Take(count))
            {
                CloseInFile();
            }
            else
            {
                CloseInMemory();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            End();
        }

        return !IsEnded;
    }

    private void CloseInMemory()
    {
        if (areas.Count == 0 || used + count > areas[^1].Room)
        {
            areas.Add(new SegmentArea(count < BlockRecords ? count : AreaRecords));
            used = 0;
        }

        Sort(areas[^1].Slice(used, count), areas.Count - 1, used);
        used += count;
        kept += count;
        count = 0;
    }

    private void CloseInFile()
    {
        if (allowance.Folder is null || areas.Count == MostAreas)
        {
            End();
            return;
        }

        spill ??= new SegmentSpill(allowance.Folder);
        if (spill.Count + count > AreaRecords)
        {
            Seal();
        }

        sorted ??= new SegmentRecord[BlockRecords];
        Sort(sorted.AsSpan(0, count), areas.Count, spill.Count);
        spill.Append(sorted.AsSpan(0, count));
        count = 0;
    }

    private void Seal()
    {
        if (spill?.Count > 0)
        {
            areas.Add(spill.Seal());
        }
    }

    /// <summary>Puts the open block together by connections.</summary>
    /// <param name="block">Where.</param>
    /// <param name="area">Number of its area.</param>
    /// <param name="place">Of the block in that.</param>
    private void Sort(Span<SegmentRecord> block, int area, int place)
    {
        var order = (sorter ??= new SegmentSorter()).Sort(directions.AsSpan(0, count));
        var begin = 0;
        for (var i = 0; i < order.Length; i++)
        {
            var direction = directions[order[i]];
            block[i] = open[order[i]];
            if (i + 1 == order.Length || directions[order[i + 1]] != direction)
            {
                runs.Add(new SegmentRun(direction, (area << SegmentRun.AreaShift) + place + begin, i + 1 - begin));
                begin = i + 1;
            }
        }
    }
}
