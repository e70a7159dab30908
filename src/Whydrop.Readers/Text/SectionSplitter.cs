namespace Whydrop.Readers.Text;

/// <summary>
/// Cuts a text that holds several outputs: at prompts and headings, and where a line opens the output of another tool.
/// Blank lines and prompts belong to no section.
/// </summary>
internal static class SectionSplitter
{
    public static IEnumerable<Section> Split(TextFile file, IReadOnlyList<Reader> readers)
    {
        var pending = new List<TextLine>();
        CommandLine? command = null;
        string? subject = null;
        Reader? opener = null;
        foreach (var line in file.Lines)
        {
            if (IsNoise(line.Text))
            {
                continue;
            }

            if (Prompt.Is(line.Text, out var nextCommand, out var nextSubject))
            {
                if (Close(file, pending, command, subject) is { } closed)
                {
                    yield return closed;
                }

                pending = [];
                (command, subject, opener) = (nextCommand, nextSubject, null);
                continue;
            }

            var opens = Opener(line.Text, opener, readers);
            if (opens is not null && opens != opener)
            {
                if (Close(file, pending, command, subject) is { } closed)
                {
                    yield return closed;
                }

                pending = [];
                opener = opens;
            }

            pending.Add(line);
        }

        if (Close(file, pending, command, subject) is { } last)
        {
            yield return last;
        }
    }

    private static Reader? Opener(string line, Reader? current, IReadOnlyList<Reader> readers)
    {
        if (string.IsNullOrWhiteSpace(line) || current?.Opens(line) == true)
        {
            return current;
        }

        foreach (var reader in readers)
        {
            if (reader.Opens(line))
            {
                return reader;
            }
        }

        return null;
    }

    private static Section? Close(TextFile file, List<TextLine> lines, CommandLine? command, string? subject) =>
        lines.Exists(l => !string.IsNullOrWhiteSpace(l.Text))
            ? new Section(file.Slice(lines, command is null ? null : string.Join(' ', command.Words), subject), command)
            : null;

    // What kubectl and tcpdump say around an output, not in it.
    private static bool IsNoise(string line) =>
        line.StartsWith("Defaulted container ", StringComparison.Ordinal)
        || line.StartsWith("Defaulting container name ", StringComparison.Ordinal)
        || line.StartsWith("Unable to use a TTY", StringComparison.Ordinal)
        || line.StartsWith("command terminated with exit code ", StringComparison.Ordinal);
}
