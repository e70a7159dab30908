using System.Runtime.CompilerServices;
using Whydrop.Capture;
using Whydrop.Tcp.Artefacts;
using Whydrop.Tcp.Facts;
using Whydrop.Tcp.Flows;
using Whydrop.Wire;

namespace Whydrop.Tcp.Packets;

/// <summary>
/// Batches of frames to segments to the engine, in three sweeps: decode and fetch the slot ahead, foresee the flow and fetch its record
/// ahead, analyse. What is no whole TCP segment goes to its own, slower places.
/// </summary>
internal sealed unsafe class PacketLoop(FlowEngine engine, PointBook points, AddressBook addresses, EncapsulationBook encapsulations, OtherFrames others)
{
    private readonly TcpSegment[] segments = new TcpSegment[FrameBatch.Capacity];
    private PacketHeaders headers;
    private bool damaged;

    /// <summary>Takes all frames of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(FrameBatch batch)
    {
        var frames = batch.Frames;
        var table = engine.Table;
        var (seed, secondSeed) = (table.Seed, table.SecondSeed);
        var count = 0;
        fixed (byte* start = batch.Buffer)
        {
            for (var row = 0; row < frames.Length; row++)
            {
                ref readonly var frame = ref frames[row];
                ref var segment = ref segments[count];

                // SAFETY: the frames of a batch lie inside its buffer, which is pinned.
                if (ReadPlain(frame, start + frame.Offset, batch.FirstFrameNumber + row, ref segment)
                    || Decode(frame, batch.Bytes(frame), batch.FirstFrameNumber + row, ref segment))
                {
                    segment.Time = frame.UnixNanoseconds;
                    segment.Row = row;
                    segment.Hash = segment.Key.Mix(seed, secondSeed);
                    table.PrefetchSlot(segment.Hash);
                    count++;
                }
            }
        }

        var taken = segments.AsSpan(0, count);
        foreach (ref var segment in taken)
        {
            segment.Flow = table.Foresee(segment.Hash);
        }

        if (damaged)
        {
            SetAside(taken);
        }

        engine.Take(taken, batch);
    }

    // Segments that are not taken on the short way.
    private void SetAside(Span<TcpSegment> taken)
    {
        damaged = false;
        foreach (ref var segment in taken)
        {
            segment.Flow = segment.Damaged ? -1 : segment.Flow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadPlain(in CapturedFrame frame, byte* bytes, long number, ref TcpSegment s)
    {
        var place = points.PlaceOf(frame.Interface);
        if (place is null || ChecksumSample.Wants(number)
            || !PlainSegment.TryRead(bytes, frame.CapturedLength, frame.OriginalLength, place.IpOffset, place.TypeOffset, place.Number, ref s))
        {
            return false;
        }

        place.Point.CountFrame(frame);
        place.Point.TcpSegments++;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Decode(in CapturedFrame frame, ReadOnlySpan<byte> bytes, long number, ref TcpSegment s)
    {
        var link = points.LinkOf(frame.Interface);
        FrameDecoder.Decode(link, bytes, frame.OriginalLength, ref headers);
        var point = points.Of(frame.Interface, headers.LinkInterfaceIndex, link);
        point.CountFrame(frame);
        if (headers.TunnelDepth != 0)
        {
            others.TakeTunnel(headers, bytes, frame.UnixNanoseconds, number, point);
        }

        // The first piece of a fragmented segment is none: its payload length is that of the piece.
        if (headers.Status != DecodeStatus.Tcp || headers.MoreFragments)
        {
            others.Take(headers, frame, bytes, number, point);
            if (headers.Status == DecodeStatus.Tcp)
            {
                engine.LeaveOut();
            }

            return false;
        }

        point.TcpSegments++;
        s.Take(headers);
        SetKey(bytes, (uint)point.Point.Index, ref s);
        if (ChecksumSample.Wants(number) || ChecksumSample.WantsAll(point))
        {
            s.Damaged = ChecksumSample.Take(headers, bytes, point);
            if (s.Damaged)
            {
                damaged = true;
                points.LeavePlain(frame.Interface);
            }
        }

        return true;
    }

    private void SetKey(ReadOnlySpan<byte> bytes, uint point, ref TcpSegment s)
    {
        ref var h = ref headers;
        var domain = 0u;
        var (source, destination) = (h.Source4, h.Destination4);
        if (h.IpVersion == 6)
        {
            domain = FlowKeyBits.Ipv6Domain;
            source = addresses.NumberOf(bytes.Slice(h.IpOffset + 8, 16));
            destination = addresses.NumberOf(bytes.Slice(h.IpOffset + 24, 16));
        }

        s.TunnelReversed = h.TunnelDepth != 0 && EncapsulationBook.IsReversed(h, bytes);
        if (h.TunnelDepth != 0)
        {
            domain |= (uint)encapsulations.NumberOf(h, bytes);
        }

        s.FromHigh = s.Key.Set(FlowKeyBits.End(source, h.SourcePort), FlowKeyBits.End(destination, h.DestinationPort), point, domain);
    }
}
