using Whydrop.Diagnosis.Comparison;

namespace Whydrop.Report.Terminal;

/// <summary>The comparison of two cases for a person at a terminal.</summary>
public static class ComparisonPage
{
    private const int LabelWidth = 12;

    /// <summary>Writes it.</summary>
    public static void Write(BeforeAndAfter compared, TextWriter output, Screen screen)
    {
        var page = new TextPage(output, screen);
        var (word, style) = compared.Cure switch
        {
            Cure.Cured => ("CURED", TextStyle.Good),
            Cure.NotCured => ("NOT CURED", TextStyle.Bad),
            _ => ("CANNOT TELL", TextStyle.Doubtful),
        };
        page.Labelled(word, compared.Reason, Math.Max(LabelWidth, word.Length + 2), style);
        page.Labelled("Before", compared.FaultBefore is { } before ? $"{before.Fault.Id} {Wording.Of(before.Status).ToString().ToLowerInvariant()} at {before.Scope}" : "no fault stands", LabelWidth);
        page.Labelled("After", compared.FaultAfter is { } after ? $"{after.Fault.Id} {Wording.Of(after.Status).ToString().ToLowerInvariant()} at {after.Scope}" : "no fault stands", LabelWidth);
        if (compared.Symptoms.Count > 0)
        {
            page.Heading("Symptoms");
            page.Table(
                ["symptom", "before", "in", "after", "in", "needed", "load", "verdict"],
                [.. compared.Symptoms.Select(s => new[]
                {
                    s.Name, $"{s.Before}", Seconds(s.WatchedBefore), $"{s.After}", Seconds(s.WatchedAfter), s.WatchNeeded is { } needed ? Seconds(needed) : "", s.LoadRatio is { } ratio ? string.Create(null, $"{ratio * 100:0} %") : "?",
                    s.Cure switch { Cure.Cured => "cured", Cure.NotCured => "not cured", _ => "cannot tell" },
                })],
                new HashSet<int> { 1, 2, 3, 4, 5, 6 });
        }

        if (compared.Counters.Count > 0)
        {
            page.Heading("Counters of trouble: growth between the two readings of each case");
            page.Table(["where", "counter", "before", "after"], [.. compared.Counters.Select(c => new[] { c.Where, c.Name, Grown(c.Before), Grown(c.After) })], new HashSet<int> { 2, 3 });
        }
    }

    private static string Seconds(TimeSpan span) => string.Create(null, $"{span.TotalSeconds:0} s");

    private static string Grown(long? delta) => delta is { } grown ? $"+{grown}" : "not read";
}
