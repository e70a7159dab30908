using System.Text;
using System.Text.Unicode;

namespace Whydrop.Readers.Text;

/// <summary>Bytes of unknown origin to lines: dumps come from terminals, Windows shares and serial consoles.</summary>
internal static class TextDecoder
{
    private const char Escape = '\u001b';
    private const char Bell = '\u0007';

    public static TextFile Decode(string path, ReadOnlySpan<byte> bytes, bool cut)
    {
        bytes = cut ? Whole(bytes[..TextFile.MostBytes]) : bytes;
        var lines = new List<TextLine>();
        int? cutAt = null;
        if (Utf16(bytes) is { } wide)
        {
            foreach (var line in wide.EnumerateLines())
            {
                Append(lines, line.ToString(), ref cutAt);
            }
        }
        else
        {
            bytes = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
            while (!bytes.IsEmpty)
            {
                if (lines.Count == TextFile.MostLines)
                {
                    cutAt ??= lines.Count;
                    break;
                }

                var end = bytes.IndexOf((byte)'\n');
                var line = end < 0 ? bytes : bytes[..end];
                bytes = end < 0 ? default : bytes[(end + 1)..];
                Append(lines, Narrow(line), ref cutAt);
            }
        }

        return new TextFile(path, lines, cutAt ?? (cut ? lines.Count : null));
    }

    // The line at the bound would end within a value.
    private static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> bytes) => bytes.LastIndexOf((byte)'\n') is var end and >= 0 ? bytes[..(end + 1)] : bytes;

    private static string? Utf16(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes[2..]),
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes[2..]),
        _ => null,
    };

    private static string Narrow(ReadOnlySpan<byte> line) =>
        Utf8.IsValid(line) ? Encoding.UTF8.GetString(line) : Encoding.Latin1.GetString(line);

    private static void Append(List<TextLine> lines, string line, ref int? cutAt)
    {
        var number = lines.Count + 1;
        if (line.Length > TextFile.MostLineCharacters)
        {
            line = line[..TextFile.MostLineCharacters];
            cutAt ??= number;
        }

        lines.Add(new TextLine(number, Clean(line)));
    }

    /// <summary>Removes NUL, carriage returns, terminal control sequences (ECMA-48 CSI and OSC) and a no-break space's difference from a blank.</summary>
    private static string Clean(string line)
    {
        if (!line.AsSpan().ContainsAny("\0\r\u001b\u00a0\b"))
        {
            return line;
        }

        var clean = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case Escape:
                    i = EndOfSequence(line, i);
                    break;
                case '\0' or '\b':
                    break;
                case '\r' when i == line.Length - 1:
                    break;
                case '\r' or '\u00a0':
                    clean.Append(' ');
                    break;
                default:
                    clean.Append(line[i]);
                    break;
            }
        }

        return clean.ToString();
    }

    private static int EndOfSequence(string line, int escape)
    {
        if (escape + 1 >= line.Length)
        {
            return escape;
        }

        var i = escape + 2;
        switch (line[escape + 1])
        {
            case '[':
                while (i < line.Length && line[i] is < '@' or > '~')
                {
                    i++;
                }

                return Math.Min(i, line.Length - 1);
            case ']':
                while (i < line.Length && line[i] is not Bell and not Escape)
                {
                    i++;
                }

                // ECMA-48 string terminator: ESC backslash.
                i += line.AsSpan(Math.Min(i, line.Length)).StartsWith("\u001b\\") ? 1 : 0;
                return Math.Min(i, line.Length - 1);
            default:
                return escape + 1;
        }
    }
}
