using System.CommandLine;
using Whydrop.Case;
using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis.Comparison;
using Whydrop.Report.Json;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop compare BEFORE AFTER: did the remedy work.</summary>
internal static class CompareCommand
{
    public static Command Create(CommandContext context)
    {
        var before = new Argument<string>("BEFORE") { Description = "The case before the remedy: a folder, an archive or a file." };
        var after = new Argument<string>("AFTER") { Description = "The case after it, collected the same way." };
        var format = OutputOption.Format("table", "json");
        var colour = OutputOption.Colour();
        var command = new Command("compare", "Say whether a remedy worked: the symptom before and after, and whether it was watched long enough. Exit code: 0 cured, 3 not cured, 4 cannot tell.") { before, after, format, colour };
        command.SetAction(parsed => Run(context, parsed.GetValue(before)!, parsed.GetValue(after)!, parsed.GetValue(format)!, parsed.GetValue(colour)!));
        return command;
    }

    private static int Run(CommandContext context, string before, string after, string format, string colour)
    {
        var was = ProgressBar.While(context.Messages, progress => CaseLoader.Load([before], CaseOptions.Default, progress, context.Interrupted));
        var now = ProgressBar.While(context.Messages, progress => CaseLoader.Load([after], CaseOptions.Default, progress, context.Interrupted));
        var compared = Compare.Run(was.Facts, now.Facts);
        if (format == "json")
        {
            ComparisonJson.Write(compared, context.Results);
        }
        else
        {
            ComparisonPage.Write(compared, context.Results, StandardOutput.Screen(colour));
        }

        context.Results.Flush();
        return compared.Cure switch
        {
            Cure.Cured => ExitCode.Healthy,
            Cure.NotCured => ExitCode.FaultFound,
            _ => ExitCode.Inconclusive,
        };
    }
}
