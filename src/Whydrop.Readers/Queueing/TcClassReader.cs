using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Queueing;

/// <summary>
/// "tc -s class show dev X". tc prints no device when it was asked for one: the command or the file's name must tell. A parent's figures include its
/// children's, so each class counts under its own name: "Class.1:10.Dropped".
/// </summary>
public sealed class TcClassReader : Reader
{
    private const string Group = "Class";

    /// <inheritdoc />
    public override string Id => "tc-class";

    /// <inheritdoc />
    public override string Reads => "tc -s [-d] class show dev X: rates of classes, packets sent and dropped by each";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsClass) ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsClass(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var commandDevice = file.Command is { } command ? new Words(command).After("dev") : null;
        TcDraft? draft = null;
        string? device = null, id = null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (IsClass(line.Text))
            {
                var words = new Words(line.Text);
                draft?.WriteTo(findings);
                (device, id) = (words.After("dev") ?? commandDevice, words[2]);
                draft = TcDraft.OfClass(device ?? "", line);
            }
            else if (id is null || !char.IsWhiteSpace(line.Text[0]))
            {
                findings.NotUnderstood(line.Number, line.Text, "tc -s class");
            }
            else
            {
                draft?.TakeBacklog(line.Text);
                TcFigures.Write(line, device, Group, $"{Group}.{id}", findings);
            }
        }

        draft?.WriteTo(findings);
    }

    // "class htb 1:10 parent 1:1 leaf 10: prio 0 rate …", "class mq :1 root"
    private static bool IsClass(string line)
    {
        if (!line.StartsWith("class ", StringComparison.Ordinal) || line.Length > 2000)
        {
            return false;
        }

        var words = new Words(line);
        return words[2].Contains(':') && words.Count > 3 && (words.Has("parent") || words.Has("root"));
    }
}
