using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers;

/// <summary>Turns the text of one tool into facts. It is pure, and recognises its text by content, not by name.</summary>
public abstract class Reader
{
    /// <summary>Short stable name: "ip-link".</summary>
    public abstract string Id { get; }

    /// <summary>One line for the documentation: which tool's text, in which shapes.</summary>
    public abstract string Reads { get; }

    /// <summary>How surely the sample is this tool's text: 0 not at all … 100 certain.</summary>
    public abstract int Recognise(in TextSample sample);

    /// <summary>
    /// Whether a line by itself marks the beginning of this tool's output, so that outputs that follow one another without
    /// a prompt can be told apart. Lines in the middle of an output may say so too.
    /// </summary>
    public virtual bool Opens(string line) => false;

    /// <summary>Facts and gaps of one output. It never throws, whatever the text.</summary>
    public ReadResult Read(TextFile file, VantagePoint at)
    {
        var findings = new Findings(file.Path, at);
        Read(file, findings);
        return findings.ToResult();
    }

    /// <summary>Reads one output into <paramref name="findings"/>.</summary>
    private protected abstract void Read(TextFile file, Findings findings);
}
