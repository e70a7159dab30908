namespace Whydrop.Readers.Text;

/// <summary>The output of one command inside a text.</summary>
/// <param name="Content">Its lines.</param>
/// <param name="Command">The command shown before it; null when the text shows none.</param>
internal sealed record Section(TextFile Content, CommandLine? Command)
{
    public int FirstLine => Content.Lines[0].Number;

    public int LastLine => Content.Lines[^1].Number;
}
