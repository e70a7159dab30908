using System.Buffers.Binary;
using System.IO.Compression;

namespace Whydrop.Capture;

/// <summary>Tells formats and compressions apart by their magic numbers.</summary>
internal static class CaptureFormat
{
    /// <summary>Bytes looked at before a file is opened.</summary>
    public const int HeadLength = 512;

    /// <summary>Byte-order magic included.</summary>
    private const int PcapngHeadLength = 12;

    // GZipStream takes the end of its source for the end of the data unless this is set before its first use. Programs of this
    // repository start with it set; others that read captures before anything else get it here.
    static CaptureFormat() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);

    public static bool Recognise(ReadOnlySpan<byte> head) => CompressionOf(head) switch
    {
        Compression.None => IsPcap(head) || IsPcapng(head),
        Compression.Gzip or Compression.Zstd => RecogniseInside(new CountingStream(head.ToArray(), Stream.Null), CompressionOf(head)),
        _ => false,
    };

    public static bool Recognise(Stream stream)
    {
        byte[] head = new byte[PcapReader.FileHeaderLength];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        Compression compression = CompressionOf(head.AsSpan(0, read));
        return compression is Compression.Gzip or Compression.Zstd
            ? RecogniseInside(new CountingStream(head[..read], stream), compression)
            : Recognise(head.AsSpan(0, read));
    }

    public static Compression CompressionOf(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4)
        {
            return Compression.None;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(head);
        return magic switch
        {
            // RFC 8878 3.1.1 and, for the skippable frames that some compressors put first, 3.1.2.
            0xFD2FB528 or (>= 0x184D2A50 and <= 0x184D2A5F) => Compression.Zstd,
            0x184D2204 or 0x184C2102 => Compression.Lz4,
            // RFC 1952 2.3.1, method 8.
            _ when head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) => Compression.Gzip,
            _ when head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X']) => Compression.Xz,
            _ when head.StartsWith("BZh"u8) => Compression.Bzip2,
            _ => Compression.None,
        };
    }

    /// <summary>The uncompressed stream over a source.</summary>
    public static Stream Decompress(CountingStream source, Compression compression, string name)
    {
        switch (compression)
        {
            case Compression.None:
                return source;
            case Compression.Gzip:
                return new GZipStream(source, CompressionMode.Decompress);
            case Compression.Zstd:
                if (!ZstdStream.Available)
                {
                    throw new CaptureException($"{name}: is compressed with zstd, and libzstd.so.1 is not there; install the Debian package libzstd1, or unpack the file with: zstd -d");
                }

                return new ZstdStream(source);
            default:
                string tool = compression switch { Compression.Lz4 => "lz4", Compression.Xz => "xz", _ => "bzip2" };
                throw new CaptureException($"{name}: is compressed with {tool}, which is not read; unpack it with: {tool} -d");
        }
    }

    /// <summary>The reader for what stands at the start of the window.</summary>
    public static FrameReader Reader(CaptureBuffer buffer, string name)
    {
        ReadOnlySpan<byte> head = buffer.Bytes.AsSpan(buffer.Start, buffer.Available);
        if (IsPcapng(head))
        {
            return new PcapngReader(buffer);
        }

        if (IsPcap(head) && head.Length >= PcapReader.FileHeaderLength)
        {
            return new PcapReader(buffer);
        }

        if (buffer.Failure is { } failure)
        {
            throw new CaptureException($"{name}: {failure.Reason}; get the file again from its source");
        }

        if (head.IsEmpty)
        {
            throw new CaptureException($"{name}: is empty; nothing was captured, or the capturing program had not written yet");
        }

        if (IsPcap(head) || (head.Length < PcapngHeadLength && head.StartsWith((ReadOnlySpan<byte>)[0x0A, 0x0D, 0x0D, 0x0A])))
        {
            throw new CaptureException($"{name}: ends inside the file header, after {head.Length} bytes; get the file again from its source");
        }

        throw new CaptureException($"{name}: is no capture, it starts with {Convert.ToHexStringLower(head[..Math.Min(4, head.Length)])}; pcap and pcapng are read, other formats convert with: editcap");
    }

    public static string Name(FrameReader reader, Compression compression)
    {
        string format = reader is PcapReader pcap ? pcap.Format : "pcapng";
        return compression switch { Compression.Gzip => format + ", gzip", Compression.Zstd => format + ", zstd", _ => format };
    }

    public static string OneLine(string text) => text.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    private static bool IsPcap(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4)
        {
            return false;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(head);
        return PcapReader.IsMagic(magic) || PcapReader.IsMagic(BinaryPrimitives.ReverseEndianness(magic));
    }

    private static bool IsPcapng(ReadOnlySpan<byte> head)
    {
        if (head.Length < PcapngHeadLength || BinaryPrimitives.ReadUInt32LittleEndian(head) != PcapngBlock.SectionHeader)
        {
            return false;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        return magic == PcapngBlock.ByteOrderMagic || BinaryPrimitives.ReverseEndianness(magic) == PcapngBlock.ByteOrderMagic;
    }

    private static bool RecogniseInside(CountingStream source, Compression compression)
    {
        if (compression == Compression.Zstd && !ZstdStream.Available)
        {
            // Opening it gives the message that names the missing library.
            return true;
        }

        Span<byte> inside = stackalloc byte[PcapReader.FileHeaderLength];
        int filled = 0;
        try
        {
            using Stream stream = Decompress(source, compression, "");
            int read;
            while (filled < inside.Length && (read = stream.Read(inside[filled..])) > 0)
            {
                filled += read;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // The head is mostly cut off: what came out of it decides.
        }

        return IsPcap(inside[..filled]) || IsPcapng(inside[..filled]);
    }
}
