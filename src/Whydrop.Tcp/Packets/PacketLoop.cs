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
internal sealed class PacketLoop(FlowEngine engine, PointBook points, AddressBook addresses, EncapsulationBook encapsulations, OtherFrames others)
{
    private readonly TcpSegment[] segments = new TcpSegment[FrameBatch.Capacity];
    private PacketHeaders headers;

    /// <summary>Takes all frames of a batch.</summary>
    public void Take(FrameBatch batch)
    {
        var frames = batch.Frames;
        var count = 0;
        for (var row = 0; row < frames.Length; row++)
        {
            ref readonly var frame = ref frames[row];
            if (Decode(frame, batch.Bytes(frame), batch.FirstFrameNumber + row, ref segments[count]))
            {
                ref var segment = ref segments[count];
                segment.Row = row;
                segment.Hash = segment.Key.Mix(engine.Table.Seed);
                engine.Table.PrefetchSlot(segment.Hash);
                count++;
            }
        }

        for (var i = 0; i < count; i++)
        {
            segments[i].Flow = engine.Table.Foresee(segments[i].Hash);
        }

        var reuses = engine.Reuses;
        for (var i = 0; i < count; i++)
        {
            ref var segment = ref segments[i];
            if (engine.Reuses != reuses)
            {
                segment.Flow = -1;
            }

            engine.Take(ref segment, (uint)(batch.FirstFrameNumber + segment.Row), batch.Bytes(frames[segment.Row]));
        }
    }

    private bool Decode(in CapturedFrame frame, ReadOnlySpan<byte> bytes, long number, ref TcpSegment s)
    {
        var link = points.LinkOf(frame.Interface);
        FrameDecoder.Decode(link, bytes, frame.OriginalLength, ref headers);
        var point = points.Of(frame.Interface, headers.LinkInterfaceIndex, link);
        point.CountFrame(frame);
        if (headers.TunnelDepth != 0)
        {
            others.TakeTunnel(headers, bytes, number, point);
        }

        if (headers.Status != DecodeStatus.Tcp)
        {
            others.Take(headers, frame, bytes, number, point);
            return false;
        }

        if (headers.MoreFragments)
        {
            // The first piece of a fragmented segment: its payload length is that of the piece.
            others.Take(headers, frame, bytes, number, point);
            return false;
        }

        point.TcpSegments++;
        Fill(frame, bytes, point, ref s);
        if (ChecksumSample.Wants(number))
        {
            ChecksumSample.Take(headers, bytes, point);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fill(in CapturedFrame frame, ReadOnlySpan<byte> bytes, PointTally point, ref TcpSegment s)
    {
        ref var h = ref headers;
        s.Time = frame.UnixNanoseconds;
        s.Sequence = h.Sequence;
        s.Acknowledgment = h.Acknowledgment;
        s.Length = h.PayloadLength;
        s.IpLength = h.IpLength;
        s.TsVal = h.TsVal;
        s.TsEcr = h.TsEcr;
        s.IpId = h.IpId;
        s.Window = h.Window;
        s.Flags = h.TcpFlags;
        s.Ttl = h.Ttl;
        s.TcpOptionsLength = (byte)h.TcpOptionsLength;
        s.SackBlocks = h.SackBlocks;
        s.HasTimestamp = h.HasTimestamp;
        s.DontFragment = h.DontFragment;
        s.IpOffset = h.IpOffset;
        s.TcpOffset = h.TransportOffset;
        s.SackOffset = h.SackOffset;
        FillKey(bytes, point, ref s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FillKey(ReadOnlySpan<byte> bytes, PointTally point, ref TcpSegment s)
    {
        ref var h = ref headers;
        var domain = (uint)point.Point.Index << 16;
        var (source, destination) = (h.Source4, h.Destination4);
        if (h.IpVersion == 6)
        {
            domain |= FlowKeyBits.Ipv6Domain;
            source = addresses.NumberOf(bytes.Slice(h.IpOffset + 8, 16));
            destination = addresses.NumberOf(bytes.Slice(h.IpOffset + 24, 16));
        }

        if (h.TunnelDepth != 0)
        {
            domain |= (uint)encapsulations.NumberOf(h, bytes);
            s.TunnelReversed = EncapsulationBook.IsReversed(h, bytes);
        }

        s.FromHigh = source > destination || (source == destination && h.SourcePort > h.DestinationPort);
        s.Key.Domain = domain;
        if (s.FromHigh)
        {
            (s.Key.AddressLow, s.Key.AddressHigh, s.Key.PortLow, s.Key.PortHigh) = (destination, source, h.DestinationPort, h.SourcePort);
        }
        else
        {
            (s.Key.AddressLow, s.Key.AddressHigh, s.Key.PortLow, s.Key.PortHigh) = (source, destination, h.SourcePort, h.DestinationPort);
        }
    }
}
