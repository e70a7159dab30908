namespace Whydrop.Readers.Text;

/// <summary>A text of the case, or one output inside it, as numbered lines.</summary>
public sealed class TextFile
{
    /// <summary>Most bytes read of one text; the rest is left unread and <see cref="CutAt"/> says so.</summary>
    public const int MostBytes = 32 * 1024 * 1024;

    /// <summary>Most characters kept of one line.</summary>
    public const int MostLineCharacters = 4 * 1024 * 1024;

    /// <summary>Most lines kept.</summary>
    public const int MostLines = 2_000_000;

    internal TextFile(string path, IReadOnlyList<TextLine> lines, int? cutAt, string? command = null, string? subject = null)
    {
        Path = path;
        Lines = lines;
        CutAt = cutAt;
        Command = command;
        Subject = subject ?? path;
    }

    /// <summary>Path inside the case, with '/'.</summary>
    public string Path { get; }

    /// <summary>The lines, with their numbers in the file.</summary>
    public IReadOnlyList<TextLine> Lines { get; }

    /// <summary>Number of the first line that was cut or left out because a bound was reached; null when all was kept.</summary>
    public int? CutAt { get; }

    /// <summary>The command whose output this is, when the text shows it before the output.</summary>
    public string? Command { get; }

    /// <summary>The file whose content this is: <see cref="Path"/>, or the one that the text names before the output.</summary>
    public string Subject { get; }

    /// <summary>The beginning, for recognition.</summary>
    public TextSample Sample
    {
        get
        {
            var sample = new List<TextLine>();
            foreach (var line in Lines)
            {
                if (string.IsNullOrWhiteSpace(line.Text))
                {
                    continue;
                }

                sample.Add(line);
                if (sample.Count == TextSample.MostLines)
                {
                    break;
                }
            }

            return new TextSample(Subject, Command, sample);
        }
    }

    /// <summary>
    /// Decodes a text: UTF-8, UTF-16 with byte order mark, else Latin-1 line by line; any line ends; NUL and terminal colour codes are removed.
    /// </summary>
    /// <param name="path">Path inside the case.</param>
    /// <param name="bytes">The bytes; what is beyond <see cref="MostBytes"/> is left out.</param>
    public static TextFile Decode(string path, ReadOnlySpan<byte> bytes) => TextDecoder.Decode(path, bytes, bytes.Length > MostBytes);

    /// <summary>Reads and decodes a stream up to <see cref="MostBytes"/>. Errors of the stream are the caller's.</summary>
    public static TextFile Read(string path, Stream stream)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (kept.Length <= MostBytes)
        {
            var read = stream.Read(buffer);
            if (read == 0)
            {
                break;
            }

            kept.Write(buffer, 0, read);
        }

        return Decode(path, kept.GetBuffer().AsSpan(0, (int)kept.Length));
    }

    /// <summary>A text that is already decoded.</summary>
    public static TextFile FromText(string path, string text) => Decode(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Some of the lines, with their numbers.</summary>
    internal TextFile Slice(IReadOnlyList<TextLine> lines, string? command, string? subject) => new(Path, lines, null, command, subject);
}
