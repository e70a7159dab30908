using Whydrop.Capture;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp;
using Whydrop.Tcp.Artefacts;
using Whydrop.Wire;

namespace Whydrop.Journeys.Collecting;

/// <summary>The second reading of one file: a record per segment of the chosen connections.</summary>
/// <remarks>
/// A connection is known by the number of its first frame, which the first reading noted: what is captured there under the same key, up to
/// the first frame of the key's next connection, belongs to it. So both readings agree also when ports are used again.
/// </remarks>
internal sealed class SegmentCollection
{
    private readonly Sighting[] byFirstFrame;
    private readonly long[] firstFrames;
    private readonly SightingSet chosen;
    private readonly HashSet<int> capturesWithCopies;
    private readonly HashSet<int> capturesOfAny;
    private readonly ConnectionTable bound;
    private readonly RecordPages pages;
    private readonly SegmentPile[] piles;
    private PacketHeaders headers;
    private int next;
    private bool anyCopy;

    /// <summary>Prepares.</summary>
    /// <param name="pages">Where the records are kept.</param>
    public SegmentCollection(CaseFlows flows, int source, SightingSet chosen, RecordPages pages)
    {
        this.pages = pages;
        byFirstFrame = Array.FindAll(flows.Sightings, s => s.Source == source && s.FirstFrame is not null);
        firstFrames = Array.ConvertAll(byFirstFrame, s => s.FirstFrame!.Value);
        Array.Sort(firstFrames, byFirstFrame);
        piles = new SegmentPile[byFirstFrame.Length];
        bound = new ConnectionTable(byFirstFrame.Count(chosen.Contains));
        capturesWithCopies = [.. flows.SummariesOf(source).Where(s => s.CopiedFrames > 0).Select(s => s.Capture)];
        capturesOfAny = [.. flows.SummariesOf(source).Where(s => s.AnyDevice).Select(s => s.Capture)];
        this.chosen = chosen;
    }

    /// <summary>Records kept.</summary>
    public long Records { get; private set; }

    /// <summary>Reads the file; ends early when <paramref name="limit"/> records are kept, and then says so in every sighting it served.</summary>
    public void Read(CaptureFile file, long limit, CancellationToken cancel)
    {
        using var batch = new FrameBatch();
        LinkType[] links = [];
        while (file.Read(batch))
        {
            cancel.ThrowIfCancellationRequested();
            if (links.Length < file.Interfaces.Count)
            {
                links = [.. file.Interfaces.Select(i => (LinkType)i.LinkType)];
            }

            var frames = batch.Frames;
            for (var i = 0; i < frames.Length; i++)
            {
                var bytes = batch.Bytes(frames[i]);
                FrameDecoder.Decode(links[frames[i].Interface], bytes, frames[i].OriginalLength, ref headers);
                if (headers.Status == DecodeStatus.Tcp)
                {
                    Take(bytes, frames[i], batch.FirstFrameNumber + i);
                }
            }

            if (Records > limit)
            {
                CutShort();
                return;
            }
        }
    }

    /// <summary>Gives the sightings what was read of them.</summary>
    public void Finish()
    {
        SegmentRecord[] spare = [];
        for (var i = 0; i < piles.Length; i++)
        {
            if (piles[i].Count > 0)
            {
                var (fromClient, fromServer) = piles[i].Part(ref spare);
                byFirstFrame[i].Take(fromClient, fromServer);
            }
        }
    }

    private void CutShort()
    {
        foreach (var sighting in byFirstFrame.Where(chosen.Contains))
        {
            sighting.CutShort = true;
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, in CapturedFrame frame, long number)
    {
        while (next < firstFrames.Length && firstFrames[next] < number)
        {
            next++;
        }

        var key = ConnectionKey.Of(headers, bytes, frame.Interface, out var fromLow);
        if (next < firstFrames.Length && firstFrames[next] == number)
        {
            Bind(key, next, bytes, fromLow);
        }

        var to = bound.Find(key);
        if (to.Index < 0)
        {
            return;
        }

        if (OpensAnother(to))
        {
            bound.Set(key, ConnectionTable.Bound.None);
            return;
        }

        Add(to, bytes, frame, number, fromLow == to.ClientIsLow);
    }

    private void Bind(in ConnectionKey key, int index, ReadOnlySpan<byte> bytes, bool fromLow)
    {
        var sighting = byFirstFrame[index];
        if (!chosen.Contains(sighting))
        {
            bound.Set(key, ConnectionTable.Bound.None);
            return;
        }

        var fromClient = sighting.FirstFromClient
            ?? (headers.SourcePort == sighting.Flow.Client.Port && sighting.Flow.Client.Address.Equals(headers.SourceAddress(bytes)));
        bound.Set(key, new ConnectionTable.Bound(index, fromClient == fromLow, capturesWithCopies.Contains(sighting.Capture)));
    }

    /// <summary>A connection that the first reading did not list (clean ones are listed up to a limit) takes over the ports.</summary>
    private bool OpensAnother(in ConnectionTable.Bound to) =>
        headers.HasAny(TcpFlag.Syn) && !headers.HasAny(TcpFlag.Ack)
        && byFirstFrame[to.Index].Initial(true) is { } initial && initial != headers.Sequence;

    private void Add(in ConnectionTable.Bound to, ReadOnlySpan<byte> bytes, in CapturedFrame frame, long number, bool fromClient)
    {
        var record = SegmentRecord.Of(headers, bytes, frame.UnixNanoseconds, number);
        record.FromClient = fromClient;
        ref var pile = ref piles[to.Index];
        if (to.HasCopies && IsCopy(pile, record, byFirstFrame[to.Index].Capture))
        {
            anyCopy = true;
            return;
        }

        if (pile.IsFull)
        {
            pile.Grow(byFirstFrame[to.Index].Frames, pages);
        }

        pile.Add(record);
        Records++;
    }

    /// <summary>The same datagram once more at the same point (mirror, bridge, routing loop): only where the first reading found such copies, and by its rule.</summary>
    private bool IsCopy(in SegmentPile pile, in SegmentRecord record, int capture)
    {
        var again = new SameDatagram(
            record.IpId, record.Has(SegmentTraits.Timestamp) ? record.TsVal : null, record.Length, record.Has(SegmentTraits.Syn), record.Has(SegmentTraits.Reset), headers.SackBlocks > 0, capturesOfAny.Contains(capture));
        if (record.Has(SegmentTraits.Syn) && record.IpId == 0 && !anyCopy && IsAsked(pile, record))
        {
            return false;
        }

        var recent = 64;
        for (var i = pile.Count - 1; i >= 0 && recent > 0; i--)
        {
            ref readonly var past = ref pile[i];
            if (past.FromClient != record.FromClient)
            {
                continue;
            }

            recent--;
            if (past.Sequence == record.Sequence && past.Acknowledgment == record.Acknowledgment && past.Length == record.Length && past.Traits == record.Traits
                && past.TsVal == record.TsVal && past.IpId == record.IpId && past.Hash == record.Hash && again.Holds(Math.Abs(record.UnixNanoseconds - past.UnixNanoseconds), past.Ttl - record.Ttl))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The other end sent its SYN again: a SYN-ACK answers each.</summary>
    private static bool IsAsked(in SegmentPile pile, in SegmentRecord record)
    {
        var other = default(SegmentRecord);
        for (var i = 0; i < pile.Count; i++)
        {
            ref readonly var past = ref pile[i];
            if (!past.Has(SegmentTraits.Syn) || past.FromClient == record.FromClient)
            {
                continue;
            }

            if (other.Frame != 0 && (other.IpId != past.IpId || other.TsVal != past.TsVal))
            {
                return true;
            }

            other = past;
        }

        return false;
    }
}
