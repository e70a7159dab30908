using Whydrop.Tcp.Memory;

namespace Whydrop.Tcp.Fates;

/// <summary>The sorted list of a <see cref="Board"/>: append, insert, divide, remove. Cells (equal ranges) stay aligned.</summary>
// SAFETY: nodes live in a slab that never moves; a link is −1 or a node that was added and not yet released, which only this class does.
internal sealed unsafe class BoardList : IDisposable
{
    private readonly NativeSlab<Transmission> nodes = new();

    public Transmission* this[int node] => nodes[node];

    /// <summary>A node behind the last one; its range begins where the list ends.</summary>
    public int Append(Board* b, in Transmission value)
    {
        var index = New(value);
        nodes[index]->Previous = b->Tail;
        nodes[index]->Next = -1;
        if (b->Tail >= 0)
        {
            nodes[b->Tail]->Next = index;
        }
        else
        {
            b->Head = index;
        }

        b->Tail = index;
        b->Count++;
        if (b->FirstUnacked < 0 && value.End > b->Una64)
        {
            b->FirstUnacked = index;
        }

        return index;
    }

    public int InsertAfter(Board* b, int after, in Transmission value)
    {
        if (nodes[after]->Next < 0)
        {
            return Append(b, value);
        }

        var index = New(value);
        var next = nodes[after]->Next;
        nodes[index]->Previous = after;
        nodes[index]->Next = next;
        nodes[after]->Next = index;
        nodes[next]->Previous = index;
        b->Count++;
        return index;
    }

    public void Remove(Board* b, int node)
    {
        var n = nodes[node];
        if (n->Previous >= 0)
        {
            nodes[n->Previous]->Next = n->Next;
        }
        else
        {
            b->Head = n->Next;
        }

        if (n->Next >= 0)
        {
            nodes[n->Next]->Previous = n->Previous;
        }
        else
        {
            b->Tail = n->Previous;
        }

        if (b->FirstUnacked == node)
        {
            b->FirstUnacked = n->Next;
        }

        b->Count--;
        nodes.Release(node);
    }

    /// <summary>Last node of the cell that begins with <paramref name="first"/>.</summary>
    public int LastOfCell(int first)
    {
        var start = nodes[first]->Start;
        var last = first;
        for (var next = nodes[last]->Next; next >= 0 && nodes[next]->Start == start; next = nodes[next]->Next)
        {
            last = next;
        }

        return last;
    }

    /// <summary>First node of the first cell that ends behind an offset, or −1.</summary>
    public int FindCell(Board* b, long offset)
    {
        var node = b->FirstUnacked >= 0 && nodes[b->FirstUnacked]->Start <= offset ? b->FirstUnacked : b->Head;
        if (b->Tail >= 0 && node >= 0 && offset - nodes[node]->Start > nodes[b->Tail]->Start - offset)
        {
            return FindBackwards(b, offset);
        }

        while (node >= 0 && nodes[node]->End <= offset)
        {
            node = nodes[node]->Next;
        }

        return node;
    }

    /// <summary>Divides a cell at an offset inside it, so that a cell begins there. The first node keeps its index.</summary>
    public void Divide(Board* b, int first, long at)
    {
        var last = LastOfCell(first);
        var after = last;
        for (var node = first; ; node = nodes[node]->Next)
        {
            var right = *nodes[node];
            var left = nodes[node];
            var leftLength = (int)(at - left->Start);
            right.Start = at;
            right.Length = left->Length - leftLength;
            left->Length = leftLength;
            var limit = left->DatagramLength - left->HeaderBytes;
            left->Segments = left->Is(Transmission.SuperPacket) && limit > 0 ? Math.Min(right.Segments, (leftLength + limit - 1) / limit) : right.Segments;
            right.Segments -= left->Segments;
            after = InsertAfter(b, after, right);
            if (node == last)
            {
                return;
            }
        }
    }

    public void Dispose() => nodes.Dispose();

    private int FindBackwards(Board* b, long offset)
    {
        var node = b->Tail;
        if (node < 0 || nodes[node]->End <= offset)
        {
            return -1;
        }

        while (nodes[node]->Previous >= 0 && nodes[nodes[node]->Previous]->End > offset)
        {
            node = nodes[node]->Previous;
        }

        return node;
    }

    private int New(in Transmission value)
    {
        var index = nodes.Add();
        *nodes[index] = value;
        return index;
    }
}
