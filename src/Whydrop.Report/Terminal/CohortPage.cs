using Whydrop.Diagnosis.Comparison;

namespace Whydrop.Report.Terminal;

/// <summary>Which attribute separates bad instances from good ones, for a person at a terminal.</summary>
public static class CohortPage
{
    private const int LabelWidth = 14;
    private const int Shown = 8;

    /// <summary>Writes it.</summary>
    public static void Write(IReadOnlyList<CohortSplit> splits, int instances, TextWriter output, Screen screen)
    {
        var page = new TextPage(output, screen);
        if (splits is not [var best, ..])
        {
            page.Labelled("NO DIFFERENCE", $"no attribute has worse instances on one side; {instances} instances", LabelWidth + 2, TextStyle.Doubtful);
            return;
        }

        var text = string.Create(null, $"{string.Join(", ", best.Attributes)}: {best.RateInside:P2} against {best.RateOutside:P2}, {best.Inside} against {best.Outside} instances; worse in {best.Separation:P0} of pairs; by chance {best.Chance:P2}");
        page.Labelled(best.Separates ? "SEPARATES" : "CANNOT TELL", text, LabelWidth, best.Separates ? TextStyle.Good : TextStyle.Doubtful);
        if (best.Attributes.Count > 1)
        {
            page.Labelled("Not told apart", "these attributes part the instances alike: only an instance that has one of them without the others would tell which it is", LabelWidth + 2);
        }

        if (best.TooFew)
        {
            page.Labelled("Few instances", string.Create(null, $"{best.Inside} against {best.Outside}: even a complete separation would come by chance in {best.LeastChance:P1} of cases; compare more instances"), LabelWidth + 1, TextStyle.Doubtful);
        }

        page.Heading("Attributes whose instances are worse");
        page.Table(
            ["attribute", "with", "rate", "without", "rate", "worse in", "by chance"],
            [.. splits.Take(Shown).Select(s => new[] { string.Join(", ", s.Attributes), $"{s.Inside}", Percent(s.RateInside), $"{s.Outside}", Percent(s.RateOutside), Percent(s.Separation), Percent(s.Chance) })],
            new HashSet<int> { 1, 2, 3, 4, 5, 6 });
    }

    private static string Percent(double share) => string.Create(null, $"{share * 100:0.##} %");
}
