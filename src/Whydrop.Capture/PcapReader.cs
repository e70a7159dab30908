using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Capture;

/// <summary>Classic pcap (draft-ietf-opsawg-pcap): a file header of 24 bytes, then records of a header and the bytes kept.</summary>
internal sealed class PcapReader : FrameReader
{
    public const int FileHeaderLength = 24;
    public const uint MicrosecondMagic = 0xA1B2C3D4;
    public const uint NanosecondMagic = 0xA1B23C4D;

    /// <summary>A. Kuznetzov's libpcap patches: a record header longer by interface index, protocol and packet type.</summary>
    public const uint ModifiedMagic = 0xA1B2CD34;

    private const int RecordHeaderLength = 16;
    private const int ModifiedRecordHeaderLength = 24;

    private readonly uint _magic;
    private readonly uint _version;
    private readonly uint _network;
    private readonly bool _swapped;
    private readonly bool _lengthsMayBeExchanged;
    private readonly int _recordHeaderLength;
    private readonly int _nanosecondsPerFraction;

    /// <summary>Reads the file header, which must be in the buffer whole and start with one of the magic numbers.</summary>
    public PcapReader(CaptureBuffer buffer) : base(buffer)
    {
        ReadOnlySpan<byte> header = buffer.Bytes.AsSpan(buffer.Start, FileHeaderLength);
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        _swapped = !IsMagic(magic);
        _magic = magic = Order(magic);
        _nanosecondsPerFraction = magic == NanosecondMagic ? 1 : 1000;
        _recordHeaderLength = magic == ModifiedMagic ? ModifiedRecordHeaderLength : RecordHeaderLength;

        int major = Order(BinaryPrimitives.ReadUInt16LittleEndian(header[4..]));
        int minor = Order(BinaryPrimitives.ReadUInt16LittleEndian(header[6..]));
        // Before version 2.4, and in Digital UNIX's 543.0, the two lengths of a record stand the other way round, in 2.3 only in some files.
        _lengthsMayBeExchanged = major == 543 || major < 2 || (major == 2 && minor < 4);

        uint snapLength = Order(BinaryPrimitives.ReadUInt32LittleEndian(header[16..]));
        uint network = Order(BinaryPrimitives.ReadUInt32LittleEndian(header[20..]));
        _version = Order(BinaryPrimitives.ReadUInt32LittleEndian(header[4..]));
        _network = network;
        // Bits 28–31: length of the frame check sequence in 16-bit words, valid when bit 26 is set. Bits 16–25: reserved.
        bool hasFcs = (network & 0x0400_0000) != 0;
        Interfaces.Add(new CaptureInterface
        {
            LinkType = CanonicalLinkType((int)(network & 0xFFFF)),
            SnapLength = snapLength,
            FrameCheckSequenceLength = hasFcs ? (int)(network >> 28) * 2 : null,
            ResolutionNanoseconds = _nanosecondsPerFraction,
        });
        Format = magic switch { NanosecondMagic => "pcap (ns)", ModifiedMagic => "pcap (modified)", _ => "pcap" };
        buffer.Advance(FileHeaderLength);
    }

    public string Format { get; }

    public static bool IsMagic(uint value) => value is MicrosecondMagic or NanosecondMagic or ModifiedMagic;

    public override bool Read(FrameBatch batch)
    {
        batch.Attach(Buffer.Bytes, Frames + 1);
        while (Ending is null)
        {
            Walk(batch);
            if (batch.Count > 0)
            {
                Frames += batch.Count;
                Interfaces[0].Frames = Frames;
                return true;
            }

            if (Ending is null && AtFileHeader() && Buffer.Ensure(FileHeaderLength))
            {
                PassFileHeader();
            }
            else if (Ending is null && !Buffer.Fill())
            {
                StopAtEnd(Buffer.Available == 0 ? "" : $"frame {Frames + 1}", Buffer.Offset);
            }
        }

        return false;
    }

    /// <summary>Takes whole records from the window. Damage ends the file only when no good frame stands before it in the batch.</summary>
    private void Walk(FrameBatch batch)
    {
        Span<CapturedFrame> slots = batch.Slots;
        int start = Buffer.Start, position = start, end = Buffer.End, count = 0;
        int headerLength = _recordHeaderLength;
        int fractionScale = _nanosecondsPerFraction;
        bool swapped = _swapped;
        ref byte origin = ref MemoryMarshal.GetArrayDataReference(Buffer.Bytes);
        while (count < slots.Length && end - position >= headerLength)
        {
            // SAFETY: position + headerLength <= end <= the array's length, checked by the loop's condition.
            ref byte record = ref Unsafe.Add(ref origin, position);
            uint seconds = Unsafe.ReadUnaligned<uint>(ref record);
            uint fraction = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref record, 4));
            uint captured = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref record, 8));
            uint original = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref record, 12));
            if (swapped)
            {
                seconds = BinaryPrimitives.ReverseEndianness(seconds);
                fraction = BinaryPrimitives.ReverseEndianness(fraction);
                captured = BinaryPrimitives.ReverseEndianness(captured);
                original = BinaryPrimitives.ReverseEndianness(original);
            }

            if (seconds == _magic && fraction == _version && captured == 0 && original == 0)
            {
                break;
            }

            if (captured > original && _lengthsMayBeExchanged)
            {
                (captured, original) = (original, captured);
            }

            if (captured > MostFrameBytes)
            {
                if (count == 0)
                {
                    Stop(CaptureEndingKind.Damaged, $"the record header of frame {Frames + 1} claims {captured} bytes; no frame has more than {MostFrameBytes}", Buffer.Offset);
                }

                break;
            }

            int length = (int)captured;
            if (end - position - headerLength < length)
            {
                break;
            }

            ref CapturedFrame slot = ref slots[count++];
            slot.UnixNanoseconds = (seconds * 1_000_000_000L) + ((long)fraction * fractionScale);
            slot.Offset = position + headerLength;
            slot.CapturedLength = length;
            slot.OriginalLength = original >= captured && original <= int.MaxValue ? (int)original : OriginalLength(original, length);
            slot.Interface = 0;
            slot.Flags = headerLength == RecordHeaderLength ? 0 : Direction(Unsafe.Add(ref record, 22));
            position += headerLength + length;
        }

        batch.Count = count;
        Buffer.Advance(position - start);
    }

    /// <summary>
    /// Files of a ring put one behind another: the next file's header stands where a record should. Read as a record it would be a frame without bytes
    /// in the year 2055.
    /// </summary>
    private bool AtFileHeader()
    {
        ReadOnlySpan<byte> record = Buffer.Bytes.AsSpan(Buffer.Start, Buffer.Available);
        return record.Length >= RecordHeaderLength && Order(BinaryPrimitives.ReadUInt32LittleEndian(record)) == _magic
            && Order(BinaryPrimitives.ReadUInt32LittleEndian(record[4..])) == _version && record[8..16].IndexOfAnyExcept((byte)0) < 0;
    }

    private void PassFileHeader()
    {
        uint network = Order(BinaryPrimitives.ReadUInt32LittleEndian(Buffer.Bytes.AsSpan(Buffer.Start + 20)));
        if (network == _network)
        {
            Buffer.Advance(FileHeaderLength);
            return;
        }

        Stop(CaptureEndingKind.Damaged, $"another capture starts behind frame {Frames}, of link type {network & 0xFFFF}; split the file there", Buffer.Offset);
    }

    /// <summary>Packet type of the kernel (PACKET_HOST 0 … PACKET_OUTGOING 4) as the direction bits of epb_flags.</summary>
    private static uint Direction(byte packetType) => packetType == 4 ? 2u : 1u;

    private ushort Order(ushort value) => _swapped ? BinaryPrimitives.ReverseEndianness(value) : value;

    private uint Order(uint value) => _swapped ? BinaryPrimitives.ReverseEndianness(value) : value;
}
