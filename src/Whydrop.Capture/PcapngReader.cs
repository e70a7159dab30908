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
    private bool _bigEndian;
    private bool _inSection;

    // The block being passed over: bytes left before its trailer, and the length that must stand there. No block: 0.
    private long _passLeft;
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
                return Stop(_badKind, _bad!);
            }

            if (!Buffer.Fill())
            {
                StopAtEnd(InsideWhat());
            }
        }

        return false;
    }

    private string InsideWhat() =>
        _passLength != 0 ? Article(_passType)
        : Buffer.Available == 0 ? ""
        : Buffer.Available < 4 ? "a block header"
        : Article(U32(Buffer.Bytes.AsSpan(Buffer.Start)));

    private static string Article(uint type)
    {
        string name = PcapngBlock.Name(type);
        return (name[0] is 'E' or 'I' ? "an " : "a ") + name;
    }

    private Step Walk(FrameBatch batch)
    {
        Step step = Step.Next;
        while (step == Step.Next && batch.Count < FrameBatch.Capacity)
        {
            step = _passLength != 0 ? PassOver(batch) : Block(batch);
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

        uint type = U32(window);
        if (type == PcapngBlock.SectionHeader)
        {
            return SectionHeader(batch, window);
        }

        uint length = U32(window[4..]);
        if (!_inSection)
        {
            return Bad(batch, "the file does not start with a Section Header Block");
        }

        if (length < PcapngBlock.Overhead)
        {
            return Bad(batch, $"{Article(type)} claims a length of {length} bytes; the shortest block has {PcapngBlock.Overhead}");
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

        bool bigEndian = magic != PcapngBlock.ByteOrderMagic;
        uint length = Ordered(window[4..], bigEndian);
        if (length < PcapngBlock.SectionHeaderLength)
        {
            return Bad(batch, $"a Section Header Block claims a length of {length} bytes; the shortest has {PcapngBlock.SectionHeaderLength}");
        }

        int major = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(window[12..]) : BinaryPrimitives.ReadUInt16LittleEndian(window[12..]);
        int minor = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(window[14..]) : BinaryPrimitives.ReadUInt16LittleEndian(window[14..]);
        // 1.2 was written by mistake and means 1.0 (draft-ietf-opsawg-pcapng, 4.1).
        if (major != 1 || minor is not (0 or 2))
        {
            return Bad(batch, $"a section has version {major}.{minor}; only 1.0 is known");
        }

        // The section's length is not needed: its end is the next Section Header Block. Files exist in which it is wrong.
        _bigEndian = bigEndian;
        _inSection = true;
        _interfaces.StartSection(Interfaces);
        return Pass(PcapngBlock.SectionHeader, length, 0);
    }

    private Step Packet(FrameBatch batch, ReadOnlySpan<byte> window, uint type, uint length)
    {
        if (length < PcapngBlock.PacketBytes + PcapngBlock.TrailerLength)
        {
            return Bad(batch, $"{Article(type)} claims a length of {length} bytes; the shortest has {PcapngBlock.PacketBytes + PcapngBlock.TrailerLength}");
        }

        if (window.Length < PcapngBlock.PacketBytes)
        {
            return Step.More;
        }

        uint interfaceId = U32(window[8..]);
        long oldDrops = 0;
        if (type == PcapngBlock.Packet)
        {
            (interfaceId, oldDrops) = (U16(window[8..]), U16(window[10..]));
        }

        uint captured = U32(window[20..]);
        if (captured > MostFrameBytes)
        {
            return Bad(batch, $"frame {Frames + 1} claims {captured} bytes; no frame has more than {MostFrameBytes}");
        }

        long padded = Padded(length);
        int optionsStart = PcapngBlock.PacketBytes + (int)Padded(captured);
        // The padding of the bytes may be missing in the block's length (seen in files of old writers): the bytes must fit, the padding need not.
        if (PcapngBlock.PacketBytes + (long)captured + PcapngBlock.TrailerLength > padded)
        {
            return Bad(batch, $"frame {Frames + 1} claims {captured} bytes in a block of {length}");
        }

        if (interfaceId >= _interfaces.Count)
        {
            return Bad(batch, $"frame {Frames + 1} names interface {interfaceId} of a section that describes {_interfaces.Count}");
        }

        bool whole = padded <= CaptureBuffer.Size;
        long needed = whole ? padded : optionsStart;
        if (window.Length < needed)
        {
            return Step.More;
        }

        if (whole && !TrailerAgrees(window, padded, length))
        {
            return BadTrailer(batch, type, length);
        }

        int local = (int)interfaceId;
        uint flags = 0;
        long drops = type == PcapngBlock.Packet && oldDrops != 0xFFFF ? oldDrops : -1;
        if (whole && padded - optionsStart > PcapngBlock.TrailerLength
            && !PacketOptions(batch, window[..((int)padded - PcapngBlock.TrailerLength)], optionsStart, ref flags, ref drops))
        {
            batch.ForgetNotesFrom(batch.Count);
            return Bad(batch, $"the options of frame {Frames + 1} are malformed");
        }

        if (drops >= 0)
        {
            AddDrops(batch, local, drops);
        }

        ulong ticks = ((ulong)U32(window[12..]) << 32) | U32(window[16..]);
        Give(batch, local, PcapngBlock.PacketBytes, (int)captured, U32(window[24..]), flags, _interfaces.Clock(local).ToUnixNanoseconds(ticks));
        if (!whole)
        {
            return Pass(type, length, needed);
        }

        Buffer.Advance((int)padded);
        return Step.Next;
    }

    private bool PacketOptions(FrameBatch batch, ReadOnlySpan<byte> block, int optionsStart, ref uint flags, ref long drops)
    {
        var options = new PcapngOptions(block[optionsStart..], _bigEndian);
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

    private Step SimplePacket(FrameBatch batch, ReadOnlySpan<byte> window, uint length)
    {
        if (length < PcapngBlock.SimplePacketBytes + PcapngBlock.TrailerLength)
        {
            return Bad(batch, $"a Simple Packet Block claims a length of {length} bytes; the shortest has {PcapngBlock.SimplePacketBytes + PcapngBlock.TrailerLength}");
        }

        if (_interfaces.Count == 0)
        {
            return Bad(batch, $"frame {Frames + 1} stands before any Interface Description Block");
        }

        uint original = U32(window[8..]);
        uint snapLength = Interfaces[_interfaces.First].SnapLength;
        uint captured = snapLength == 0 ? original : Math.Min(original, snapLength);
        if (captured > MostFrameBytes)
        {
            return Bad(batch, $"frame {Frames + 1} claims {captured} bytes; no frame has more than {MostFrameBytes}");
        }

        long padded = Padded(length);
        if (PcapngBlock.SimplePacketBytes + (long)captured + PcapngBlock.TrailerLength > padded)
        {
            return Bad(batch, $"frame {Frames + 1} needs {captured} bytes in a block of {length}");
        }

        bool whole = padded <= CaptureBuffer.Size;
        long needed = whole ? padded : PcapngBlock.SimplePacketBytes + Padded(captured);
        if (window.Length < needed)
        {
            return Step.More;
        }

        if (whole && !TrailerAgrees(window, padded, length))
        {
            return BadTrailer(batch, PcapngBlock.SimplePacket, length);
        }

        FramesWithoutTime++;
        Give(batch, 0, PcapngBlock.SimplePacketBytes, (int)captured, original, 0, 0);
        if (!whole)
        {
            return Pass(PcapngBlock.SimplePacket, length, needed);
        }

        Buffer.Advance((int)padded);
        return Step.Next;
    }

    private void Give(FrameBatch batch, int local, int bytesStart, int captured, uint original, uint flags, long time)
    {
        ref CapturedFrame slot = ref batch.Slots[batch.Count++];
        slot.UnixNanoseconds = time;
        slot.Offset = Buffer.Start + bytesStart;
        slot.CapturedLength = captured;
        slot.OriginalLength = OriginalLength(original, captured);
        slot.Interface = _interfaces.First + local;
        slot.Flags = flags;
        Interfaces[slot.Interface].Frames++;
        Frames++;
    }

    /// <summary>Blocks that must be held whole: they describe an interface.</summary>
    private Step Described(FrameBatch batch, ReadOnlySpan<byte> window, uint type, uint length)
    {
        int optionsStart = type == PcapngBlock.InterfaceDescription ? PcapngBlock.InterfaceOptions : PcapngBlock.StatisticsOptions;
        if (length < optionsStart + PcapngBlock.TrailerLength)
        {
            return Bad(batch, $"{Article(type)} claims a length of {length} bytes; the shortest has {optionsStart + PcapngBlock.TrailerLength}");
        }

        long padded = Padded(length);
        if (padded > CaptureBuffer.Size)
        {
            return Bad(batch, $"{Article(type)} of {length} bytes is larger than the {CaptureBuffer.Size} that are held", CaptureEndingKind.LimitExceeded);
        }

        if (window.Length < padded)
        {
            return Step.More;
        }

        if (!TrailerAgrees(window, padded, length))
        {
            return BadTrailer(batch, type, length);
        }

        ReadOnlySpan<byte> block = window[..((int)padded - PcapngBlock.TrailerLength)];
        string? bad = type == PcapngBlock.InterfaceDescription
            ? _interfaces.Describe(Interfaces, block, _bigEndian)
            : _interfaces.Statistics(Interfaces, block, _bigEndian);
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
        Buffer.Advance((int)used);
        _passType = type;
        _passLength = length;
        _passLeft = Padded(length) - PcapngBlock.TrailerLength - used;
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

        if (U32(Buffer.Bytes.AsSpan(Buffer.Start)) != _passLength)
        {
            return BadTrailer(batch, _passType, _passLength);
        }

        Buffer.Advance(PcapngBlock.TrailerLength);
        _passLength = 0;
        return Step.Next;
    }

    private bool TrailerAgrees(ReadOnlySpan<byte> window, long padded, uint length) =>
        U32(window[((int)padded - PcapngBlock.TrailerLength)..]) == length;

    private Step BadTrailer(FrameBatch batch, uint type, uint length) =>
        Bad(batch, $"{Article(type)} claims a length of {length} bytes at its start and another at its end");

    /// <summary>Frames found before the bad block are given out first; the block is met again by the next read.</summary>
    private Step Bad(FrameBatch batch, string reason, CaptureEndingKind kind = CaptureEndingKind.Damaged)
    {
        if (batch.Count == 0)
        {
            (_badKind, _bad) = (kind, reason);
        }

        return Step.Stop;
    }

    // Some writers leave the padding out of the block's length.
    private static long Padded(uint length) => ((long)length + 3) & ~3L;

    private uint U32(ReadOnlySpan<byte> bytes) => Ordered(bytes, _bigEndian);

    private uint U16(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint Ordered(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
