using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers;

/// <summary>Collects facts and gaps while a text is read. Gaps are bounded: a hostile text cannot make a gap per line.</summary>
internal sealed class Findings
{
    private const int MostGaps = 64;
    private const int MostFacts = 1_000_000;

    private readonly string source;
    private readonly List<Fact> facts = [];
    private readonly List<Gap> gaps = [];
    private int unlisted;
    private int firstUnlisted;
    private long leftOut;

    public Findings(string source, VantagePoint at)
    {
        this.source = source;
        At = at.Stack;
    }

    /// <summary>The network stack the text speaks of, without interface.</summary>
    public VantagePoint At { get; }

    public int Count => facts.Count;

    public Provenance From(int line) => new(source, line);

    public VantagePoint On(string? device) => device is null ? At : At with { Interface = device };

    public void Add(Fact fact)
    {
        if (facts.Count < MostFacts)
        {
            facts.Add(fact);
        }
        else
        {
            leftOut++;
        }
    }

    public void Counter(int line, string? device, string name, long value) => Add(new Counter(On(device), From(line), name, value));

    public void Section(int line, string? device, string group, bool omitsZeros) => Add(new CounterSection(On(device), From(line), group, omitsZeros));

    public void Gap(int line, GapKind kind, string reason)
    {
        if (gaps.Count < MostGaps)
        {
            gaps.Add(new Gap(At, From(line), kind, reason));
            return;
        }

        firstUnlisted = unlisted == 0 ? line : firstUnlisted;
        unlisted++;
    }

    /// <summary>Something that is not read and is no evidence either: for those who ask what became of it.</summary>
    public void Remark(int line, string reason)
    {
        if (gaps.Count < MostGaps)
        {
            gaps.Add(new Gap(At, From(line), GapKind.Unsupported, reason) { Minor = true });
        }
    }

    /// <summary>A line the reader of this output cannot make sense of.</summary>
    public void NotUnderstood(int line, string text, string where) =>
        Gap(line, GapKind.Unsupported, $"not understood in {where}: {Quote(text)}");

    public ReadResult ToResult()
    {
        if (unlisted > 0)
        {
            gaps.Add(new Gap(At, From(firstUnlisted), GapKind.Limited, $"{unlisted} more gaps from here on are not listed"));
        }

        if (leftOut > 0)
        {
            gaps.Add(new Gap(At, new Provenance(source), GapKind.Limited, $"{leftOut} facts beyond {MostFacts} are left out"));
        }

        return new ReadResult(facts, gaps);
    }

    /// <summary>The text shortened to what fits a one-line reason.</summary>
    public static string Quote(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length <= 120 ? $"\"{trimmed}\"" : $"\"{trimmed[..117]}…\"";
    }
}
