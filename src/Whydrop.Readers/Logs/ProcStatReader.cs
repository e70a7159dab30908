using System.Buffers;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Logs;

/// <summary>/proc/stat (fs/proc/stat.c show_stat): of its lines the time of boot, which kernel logs count from. It is of the machine, whatever the namespace it was read in.</summary>
public sealed class ProcStatReader : Reader
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789 ");

    private const string Boot = "btime ";

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");

    /// <inheritdoc />
    public override string Id => "proc-stat";

    /// <inheritdoc />
    public override string Reads => "/proc/stat: when the machine was started";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => Words.Number(Value(l)) is not null) ? sample.Share(IsLine, 97) : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.StartsWith("cpu  ", StringComparison.Ordinal) && IsLine(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        foreach (var line in file.Lines)
        {
            if (Words.Number(Value(line.Text)) is { } seconds and > 0 and < long.MaxValue / 1_000_000_000)
            {
                findings.Add(new BootTime(findings.At with { Netns = null }, findings.From(line.Number), new Timestamp(seconds * 1_000_000_000)));
            }
            else if (line.Text.Length > 0 && !IsLine(line.Text))
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/stat");
            }
        }
    }

    private static string? Value(string line) => line.StartsWith(Boot, StringComparison.Ordinal) ? line[Boot.Length..].Trim() : null;

    private static bool IsLine(string line)
    {
        var blank = line.IndexOf(' ');
        return blank > 0 && !line.AsSpan(blank).ContainsAnyExcept(NumberCharacters) && (line.StartsWith("cpu", StringComparison.Ordinal) || !line.AsSpan(0, blank).ContainsAnyExcept(KeyCharacters));
    }
}
