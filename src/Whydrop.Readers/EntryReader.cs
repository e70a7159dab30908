using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers;

/// <summary>Reads an output that has one entry on each line, by which it is recognised, and no heading.</summary>
public abstract class EntryReader : Reader
{
    /// <summary>The tool, as a gap names it: "ip rule".</summary>
    private protected abstract string Output { get; }

    /// <summary>How sure it is when every line is an entry: more the less an entry could be anything else.</summary>
    private protected virtual int Certainty => 90;

    /// <summary>What a line is that is no entry: something this reader does not know, or an entry that was damaged.</summary>
    private protected virtual GapKind Otherwise => GapKind.Unsupported;

    /// <inheritdoc />
    public sealed override int Recognise(in TextSample sample) => sample.Share(IsEntry, Certainty);

    /// <inheritdoc />
    public sealed override bool Opens(string line) => IsEntry(line);

    /// <summary>Whether a line is an entry.</summary>
    private protected abstract bool IsEntry(string line);

    /// <summary>Reads one entry.</summary>
    private protected abstract void Read(TextLine line, Words words, Findings findings);

    private protected sealed override void Read(TextFile file, Findings findings)
    {
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (IsEntry(line.Text))
            {
                Read(line, new Words(line.Text), findings);
            }
            else
            {
                findings.Gap(line.Number, Otherwise, $"not understood in {Output}: {Findings.Quote(line.Text)}");
            }
        }
    }
}
