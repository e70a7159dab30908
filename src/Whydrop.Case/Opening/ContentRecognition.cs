using System.Buffers.Binary;

namespace Whydrop.Case.Opening;

/// <summary>Tells a file's format by its first bytes. Names and extensions are not asked.</summary>
internal static class ContentRecognition
{
    /// <summary>Bytes that suffice: a tar header is the longest.</summary>
    public const int HeadLength = 4096;

    public static ContentKind Recognise(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            return ContentKind.Empty;
        }

        if (head.Length >= 4 && ByMagic(BinaryPrimitives.ReadUInt32BigEndian(head)) is { } kind)
        {
            return kind;
        }

        if (head.StartsWith("BZh"u8))
        {
            return ContentKind.Bzip2;
        }

        // RFC 1952 2.3.1: ID1 ID2 CM, and CM 8 is the only one.
        if (head.StartsWith([(byte)0x1F, (byte)0x8B, (byte)8]))
        {
            return ContentKind.Gzip;
        }

        if (TarHeader.IsHeader(head))
        {
            return ContentKind.Tar;
        }

        return IsText(head) ? ContentKind.Text : ContentKind.Binary;
    }

    private static ContentKind? ByMagic(uint magic) => magic switch
    {
        // pcap: microseconds, nanoseconds, Kuznetzov's variant; both byte orders.
        0xA1B2C3D4 or 0xD4C3B2A1 or 0xA1B23C4D or 0x4D3CB2A1 or 0xA1B2CD34 or 0x34CDB2A1 => ContentKind.Pcap,
        0x0A0D0D0A => ContentKind.Pcapng,
        0x504B0304 or 0x504B0506 => ContentKind.Zip,
        0x28B52FFD => ContentKind.Zstd,
        0xFD377A58 => ContentKind.Xz,
        _ => null,
    };

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith([(byte)0xFF, (byte)0xFE]) || head.StartsWith([(byte)0xFE, (byte)0xFF]))
        {
            return true; // UTF-16 with a byte order mark
        }

        var control = 0;
        foreach (var b in head)
        {
            if (b == 0)
            {
                return false;
            }

            // Colours (ESC) and form feeds stand in saved terminal output.
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x1B or 0x0C or 0x08))
            {
                control++;
            }
        }

        return control * 32 <= head.Length;
    }
}
