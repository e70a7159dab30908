using System.Text;

namespace Whydrop.Case.Opening;

/// <summary>One 512-byte header of a tar archive (POSIX.1-2001 pax, ustar, GNU, v7).</summary>
/// <param name="Name">Name with its prefix; pax and GNU long names are applied by the reader.</param>
/// <param name="Size">Bytes of content that follow.</param>
/// <param name="Type">typeflag; '\0' of v7 is given as '0'.</param>
internal readonly record struct TarHeader(string Name, long Size, char Type)
{
    public const int Length = 512;

    /// <summary>Whether a tar header stands here: its checksum holds.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> block) => TryParse(block, out _);

    public static bool TryParse(ReadOnlySpan<byte> block, out TarHeader header)
    {
        header = default;
        if (block.Length < Length || block[0] == 0 || !TryNumber(block.Slice(148, 8), out var checksum))
        {
            return false;
        }

        // The checksum counts its own field as blanks; old tools summed signed bytes.
        long unsigned = 8 * ' ', signed = 8 * ' ';
        for (var i = 0; i < Length; i++)
        {
            if (i is < 148 or >= 156)
            {
                unsigned += block[i];
                signed += (sbyte)block[i];
            }
        }

        if ((checksum != unsigned && checksum != signed) || !TryNumber(block.Slice(124, 12), out var size) || size < 0)
        {
            return false;
        }

        var name = Text(block[..100]);
        if (block.Slice(257, 6).SequenceEqual("ustar\0"u8) && block[345] != 0)
        {
            name = Text(block.Slice(345, 155)) + "/" + name;
        }

        header = new TarHeader(name, size, block[156] == 0 ? '0' : (char)block[156]);
        return true;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            // GNU base-256 for sizes of 8 GiB and more.
            foreach (var b in field[^8..])
            {
                value = (value << 8) | b;
            }

            return value >= 0;
        }

        var digits = 0;
        foreach (var b in field)
        {
            if (b is >= (byte)'0' and <= (byte)'7')
            {
                value = (value << 3) | (long)(b - '0');
                digits++;
            }
            else if (b is not ((byte)' ' or 0))
            {
                return false;
            }
            else if (digits > 0)
            {
                break;
            }
        }

        return digits > 0;
    }
}
