using Whydrop.Lab.DropReasons;
using Whydrop.Lab.Scoring;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>A score for people.</summary>
internal static class ScoreText
{
    private static readonly string[] Heads = ["FAULT", "RUNS", "RIGHT", "WEAK", "WRONG", "MISSED", "OPEN", "!CONF", "PLACE", "EXPLAINED", "TIME"];
    private const int PlainWidth = 120;
    private static readonly HashSet<int> Numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

    public static void Write(Score score, TextWriter output, Screen screen)
    {
        var page = new TextPage(output, screen.Interactive ? screen : screen with { Width = Math.Max(screen.Width, PlainWidth) });
        page.Heading("By fault");
        page.Table(Heads, [.. score.ByFault.Append(score.All).Select(Row)], Numbers);
        foreach (var tally in score.ByFault.Where(t => t.Mistaken.Count > 0))
        {
            page.Line($"  {tally.Name} taken for: {string.Join(", ", tally.Mistaken.Select(m => $"{m.Fault} {m.Runs}"))}");
        }

        page.Paragraph(
            "WEAK: the true fault, in weaker words than the evidence bears. WRONG: another fault. MISSED: called healthy. OPEN: no fault named. "
            + "!CONF: confirmed verdicts of faults that were not there. PLACE: right of those that can be judged. EXPLAINED: lost bytes accounted for where "
            + "the fault was rightly confirmed. TIME: median of a diagnosis.", style: TextStyle.Faint);
        page.Heading("Goals");
        page.Table(
            ["", "GOAL", "WANTED", "MEASURED"],
            [.. score.Goals.Select(g => new[] { g.Met ? "met" : "NOT MET", g.Name, g.Wanted, g.Measured })], new HashSet<int>());
        Failed(score, page);
        Unmade(score, page);
        output.Flush();
    }

    private static void Failed(Score score, TextPage page)
    {
        if (score.Failed.Count == 0)
        {
            return;
        }

        page.Heading("Not right");
        foreach (var run in score.Failed)
        {
            page.Command(run.Plan.CommandLine, indent: 2);
            foreach (var line in run.Failures)
            {
                page.Line("    " + line);
            }

            foreach (var drop in run.Truth.Figures.Where(f => f.Key.StartsWith(DropRecorder.Figure, StringComparison.Ordinal)))
            {
                page.Line($"    kernel {drop.Key[DropRecorder.Figure.Length..]}: {drop.Value}");
            }
        }
    }

    private static void Unmade(Score score, TextPage page)
    {
        if (score.Unmade.Count == 0)
        {
            return;
        }

        page.Heading("Without an answer (not counted)");
        foreach (var group in score.Unmade.GroupBy(u => (u.Plan.Scenario.Name, u.Kind, u.Reason)))
        {
            page.Command(group.First().Plan.CommandLine, indent: 2);
            page.Line($"    {Why(group.Key.Kind)}{(group.Count() > 1 ? $", {group.Count()} times" : "")}: {group.Key.Reason}");
        }
    }

    private static string[] Row(Tally tally) =>
    [
        tally.Name, $"{tally.Runs.Count}", $"{tally.Of(Mark.Right)}", Count(tally.Of(Mark.Weak)), Count(tally.Of(Mark.Wrong)), Count(tally.Of(Mark.Missed)),
        Count(tally.Of(Mark.Undecided)), Count(tally.WrongConfirmed), tally.Placed == 0 ? "-" : $"{tally.PlaceRight}/{tally.Placed}",
        tally.ExplainedShare is { } share ? Score.Percent(share) : "-", $"{tally.MedianTime.TotalMilliseconds:0} ms",
    ];

    private static string Count(int n) => n == 0 ? "." : $"{n}";

    private static string Why(UnmadeKind kind) => kind switch
    {
        UnmadeKind.NeedsUnmet => "cannot run here",
        UnmadeKind.NotProduced => "not made",
        _ => "DIAGNOSIS FAILED",
    };
}
