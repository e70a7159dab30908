using System.Buffers.Binary;

namespace Whydrop.Capture;

/// <summary>
/// pcapng (draft-ietf-opsawg-pcapng). Each block is checked whole, both lengths included, before anything of it is given out; blocks without
/// frames or interfaces are passed over without being held.
/// </summary>
internal sealed class PcapngReader(CaptureBuffer buffer) : FrameReader(buffer)
{
    private enum Step
    {
        /// <summary>A block was dealt with; another may follow.</summary>
        Next,

        /// <summary>The window holds too little of the block.</summary>
        More,

        /// <summary>The block is bad or the batch is full.</summary>
        Stop,
    }

    private readonly PcapngInterfaces _interfaces = new();
    private ByteOrder _order;
    private bool _plain;
    private bool _inSection;

    // The block being passed over: bytes left before its trailer, and the length that must stand there. No block: 0.
    private long _passLeft;
    private long _passStart;
    private uint _passLength;
    private uint _passType;

    private CaptureEndingKind _badKind;
    private string? _bad;

    public override bool Read(FrameBatch batch)
    {
        batch.Attach(Buffer.Bytes, Frames + 1);
        while (Ending is null)
        {
            Step step = Walk(batch);
            if (batch.Count > 0)
            {
                return true;
            }

            if (step == Step.Stop)
            {
                return Stop(_badKind, _bad!, BlockStart);
            }

            if (!Buffer.Fill())
            {
                StopAtEnd(InsideWhat(), BlockStart);
            }
        }

        return false;
    }

    private long BlockStart => _passLength != 0 ? _passStart : Buffer.Offset;

    private string InsideWhat() =>
        _passLength != 0 ? PcapngBlock.NameWithArticle(_passType)
        : Buffer.Available == 0 ? ""
        : Buffer.Available < 4 ? "a block header"
        : PcapngBlock.NameWithArticle(_order.U32(Buffer.Bytes.AsSpan(Buffer.Start)));

    private Step Walk(FrameBatch batch)
    {
        Step step = Step.Next;
        while (step == Step.Next && batch.Count < FrameBatch.Capacity)
        {
            Frames += _plain && _passLength == 0 ? PcapngPlainFrames.Take(Buffer, batch, _interfaces, Interfaces) : 0;
            if (batch.Count < FrameBatch.Capacity)
            {
                step = _passLength != 0 ? PassOver(batch) : Block(batch);
            }
        }

        return step;
    }

    private Step Block(FrameBatch batch)
    {
        ReadOnlySpan<byte> window = Buffer.Bytes.AsSpan(Buffer.Start, Buffer.Available);
        if (window.Length < PcapngBlock.Overhead)
        {
            return Step.More;
        }

        uint type = _order.U32(window);
        if (type == PcapngBlock.SectionHeader)
        {
            return SectionHeader(batch, window);
        }

        uint length = _order.U32(window[4..]);
        if (!_inSection)
        {
            return Bad(batch, "the file does not start with a Section Header Block");
        }

        if (length < PcapngBlock.Overhead)
        {
            return TooShort(batch, type, length, PcapngBlock.Overhead);
        }

        return type switch
        {
            PcapngBlock.EnhancedPacket or PcapngBlock.Packet => Packet(batch, window, type, length),
            PcapngBlock.SimplePacket => SimplePacket(batch, window, length),
            PcapngBlock.InterfaceDescription or PcapngBlock.InterfaceStatistics => Described(batch, window, type, length),
            _ => Pass(type, length, 0),
        };
    }

    private Step SectionHeader(FrameBatch batch, ReadOnlySpan<byte> window)
    {
        if (window.Length < 16)
        {
            return Step.More;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(window[8..]);
        if (magic != PcapngBlock.ByteOrderMagic && BinaryPrimitives.ReverseEndianness(magic) != PcapngBlock.ByteOrderMagic)
        {
            return Bad(batch, $"a Section Header Block has the byte-order magic 0x{magic:X8}");
        }

        var order = new ByteOrder(bigEndian: magic != PcapngBlock.ByteOrderMagic);
        uint length = order.U32(window[4..]);
        if (length < PcapngBlock.SectionHeaderLength)
        {
            return TooShort(batch, PcapngBlock.SectionHeader, length, PcapngBlock.SectionHeaderLength);
        }

        int major = order.U16(window[12..]), minor = order.U16(window[14..]);
        // 1.2 was written by mistake and means 1.0 (draft-ietf-opsawg-pcapng, 4.1).
        if (major != 1 || minor is not (0 or 2))
        {
            return Bad(batch, $"a section has version {major}.{minor}; only 1.0 is known");
        }

        // The section's length is not needed: its end is the next Section Header Block. Files exist in which it is wrong.
        _order = order;
        _plain = BitConverter.IsLittleEndian && !order.IsBigEndian;
        _inSection = true;
        _interfaces.StartSection(Interfaces);
        return Pass(PcapngBlock.SectionHeader, length, 0);
    }

    private Step Packet(FrameBatch batch, ReadOnlySpan<byte> window, uint type, uint length)
    {
        if (length < PcapngBlock.PacketBytes + PcapngBlock.TrailerLength)
        {
            return TooShort(batch, type, length, PcapngBlock.PacketBytes + PcapngBlock.TrailerLength);
        }

        if (window.Length < PcapngBlock.PacketBytes)
        {
            return Step.More;
        }

        bool old = type == PcapngBlock.Packet;
        uint interfaceId = old ? _order.U16(window[8..]) : _order.U32(window[8..]);
        if (interfaceId >= _interfaces.Count)
        {
            return Bad(batch, $"frame {Frames + 1} names interface {interfaceId} of a section that describes {_interfaces.Count}");
        }

        var frame = new FrameExtent(PcapngBlock.PacketBytes, _order.U32(window[20..]), length);
        Step held = Hold(batch, window, type, frame);
        if (held != Step.Next)
        {
            return held;
        }

        // In the old Packet Block 0xFFFF means that the count is not known.
        long drops = old && _order.U16(window[10..]) is not 0xFFFF and var count ? count : -1;
        uint flags = 0;
        if (frame.HasOptions && !PacketOptions(batch, window[..frame.BlockEnd], frame.OptionsStart, ref flags, ref drops))
        {
            batch.ForgetNotesFrom(batch.Count);
            return Bad(batch, $"the options of frame {Frames + 1} are malformed");
        }

        int local = (int)interfaceId;
        if (drops >= 0)
        {
            AddDrops(batch, local, drops);
        }

        Give(batch, local, frame, _order.U32(window[24..]), flags, _interfaces.Clock(local).ToUnixNanoseconds(_order.Ticks(window[12..])));
        return Finish(type, frame);
    }

    private Step SimplePacket(FrameBatch batch, ReadOnlySpan<byte> window, uint length)
    {
        if (length < PcapngBlock.SimplePacketBytes + PcapngBlock.TrailerLength)
        {
            return TooShort(batch, PcapngBlock.SimplePacket, length, PcapngBlock.SimplePacketBytes + PcapngBlock.TrailerLength);
        }

        if (_interfaces.Count == 0)
        {
            return Bad(batch, $"frame {Frames + 1} stands before any Interface Description Block");
        }

        uint original = _order.U32(window[8..]);
        uint snapLength = Interfaces[_interfaces.First].SnapLength;
        var frame = new FrameExtent(PcapngBlock.SimplePacketBytes, snapLength == 0 ? original : Math.Min(original, snapLength), length);
        Step held = Hold(batch, window, PcapngBlock.SimplePacket, frame);
        if (held != Step.Next)
        {
            return held;
        }

        FramesWithoutTime++;
        Give(batch, 0, frame, original, 0, 0);
        return Finish(PcapngBlock.SimplePacket, frame);
    }

    /// <summary>Sees that the frame's bytes stand in the window and its block is sound: Next when they are.</summary>
    private Step Hold(FrameBatch batch, ReadOnlySpan<byte> window, uint type, in FrameExtent frame)
    {
        if (frame.Captured > MostFrameBytes)
        {
            return Bad(batch, $"frame {Frames + 1} claims {frame.Captured} bytes; no frame has more than {MostFrameBytes}");
        }

        if (!frame.FitsItsBlock)
        {
            return Bad(batch, $"frame {Frames + 1} claims {frame.Captured} bytes in a block of {frame.BlockLength}");
        }

        if (window.Length < frame.Needed)
        {
            return Step.More;
        }

        return frame.Whole && _order.U32(window[frame.BlockEnd..]) != frame.BlockLength ? BadTrailer(batch, type, frame.BlockLength) : Step.Next;
    }

    private void Give(FrameBatch batch, int local, in FrameExtent frame, uint original, uint flags, long time)
    {
        int captured = (int)frame.Captured;
        ref CapturedFrame slot = ref batch.Slots[batch.Count++];
        slot.UnixNanoseconds = time;
        slot.Offset = Buffer.Start + frame.BytesStart;
        slot.CapturedLength = captured;
        slot.OriginalLength = OriginalLength(original, captured);
        slot.Interface = _interfaces.First + local;
        slot.Flags = flags;
        Interfaces[slot.Interface].Frames++;
        Frames++;
    }

    private Step Finish(uint type, in FrameExtent frame)
    {
        if (!frame.Whole)
        {
            return Pass(type, frame.BlockLength, frame.Needed);
        }

        Buffer.Advance((int)frame.Padded);
        return Step.Next;
    }

    private bool PacketOptions(FrameBatch batch, ReadOnlySpan<byte> block, int optionsStart, ref uint flags, ref long drops)
    {
        var options = new PcapngOptions(block[optionsStart..], _order);
        while (options.Next())
        {
            switch (options.Code)
            {
                case PcapngBlock.Comment:
                    batch.Note(new FrameNote
                    {
                        FrameIndex = batch.Count,
                        CommentOffset = Buffer.Start + optionsStart + options.ValueOffset,
                        CommentLength = options.ValueLength,
                    });
                    break;
                case PcapngBlock.PacketFlags when options.ValueLength == 4:
                    flags = options.UInt32;
                    break;
                case PcapngBlock.PacketDropCount when options.ValueLength == 8:
                    drops = (long)Math.Min(options.UInt64, long.MaxValue);
                    break;
                case PcapngBlock.PacketFlags or PcapngBlock.PacketDropCount:
                    return false;
            }
        }

        return !options.Broken;
    }

    private void AddDrops(FrameBatch batch, int local, long drops)
    {
        CaptureInterface from = Interfaces[_interfaces.First + local];
        long sum = (from.DropCount ?? 0) + drops;
        from.DropCount = sum < 0 ? long.MaxValue : sum;
        if (drops > 0)
        {
            batch.Note(new FrameNote { FrameIndex = batch.Count, DropCount = drops });
        }
    }

    /// <summary>Blocks that must be held whole: they describe an interface.</summary>
    private Step Described(FrameBatch batch, ReadOnlySpan<byte> window, uint type, uint length)
    {
        int optionsStart = type == PcapngBlock.InterfaceDescription ? PcapngBlock.InterfaceOptions : PcapngBlock.StatisticsOptions;
        if (length < optionsStart + PcapngBlock.TrailerLength)
        {
            return TooShort(batch, type, length, optionsStart + PcapngBlock.TrailerLength);
        }

        long padded = FrameExtent.RoundUp(length);
        if (padded > CaptureBuffer.Size)
        {
            return Bad(batch, $"{PcapngBlock.NameWithArticle(type)} of {length} bytes is larger than the {CaptureBuffer.Size} that are held", CaptureEndingKind.LimitExceeded);
        }

        if (window.Length < padded)
        {
            return Step.More;
        }

        int end = (int)padded - PcapngBlock.TrailerLength;
        if (_order.U32(window[end..]) != length)
        {
            return BadTrailer(batch, type, length);
        }

        ReadOnlySpan<byte> block = window[..end];
        string? bad = type == PcapngBlock.InterfaceDescription
            ? _interfaces.Describe(Interfaces, block, _order)
            : _interfaces.Statistics(Interfaces, block, _order);
        if (bad is not null)
        {
            return Bad(batch, bad, _interfaces.LimitReached ? CaptureEndingKind.LimitExceeded : CaptureEndingKind.Damaged);
        }

        Buffer.Advance((int)padded);
        return Step.Next;
    }

    /// <summary>Begins to pass over a block of which <paramref name="used"/> bytes have been used.</summary>
    private Step Pass(uint type, uint length, long used)
    {
        _passStart = Buffer.Offset;
        Buffer.Advance((int)used);
        _passType = type;
        _passLength = length;
        _passLeft = FrameExtent.RoundUp(length) - PcapngBlock.TrailerLength - used;
        return Step.Next;
    }

    private Step PassOver(FrameBatch batch)
    {
        int step = (int)Math.Min(_passLeft, Buffer.Available);
        Buffer.Advance(step);
        _passLeft -= step;
        if (_passLeft > 0 || Buffer.Available < PcapngBlock.TrailerLength)
        {
            return Step.More;
        }

        if (_order.U32(Buffer.Bytes.AsSpan(Buffer.Start)) != _passLength)
        {
            return BadTrailer(batch, _passType, _passLength);
        }

        Buffer.Advance(PcapngBlock.TrailerLength);
        _passLength = 0;
        return Step.Next;
    }

    private Step TooShort(FrameBatch batch, uint type, uint length, int shortest) =>
        Bad(batch, $"{PcapngBlock.NameWithArticle(type)} claims a length of {length} bytes; the shortest has {shortest}");

    private Step BadTrailer(FrameBatch batch, uint type, uint length) =>
        Bad(batch, $"{PcapngBlock.NameWithArticle(type)} claims a length of {length} bytes at its start and another at its end");

    /// <summary>Frames found before the bad block are given out first; the block is met again by the next read.</summary>
    private Step Bad(FrameBatch batch, string reason, CaptureEndingKind kind = CaptureEndingKind.Damaged)
    {
        if (batch.Count == 0)
        {
            (_badKind, _bad) = (kind, reason);
        }

        return Step.Stop;
    }
}
