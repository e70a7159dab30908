using System.CommandLine;
using Whydrop.Case;
using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis;
using Whydrop.Report;
using Whydrop.Report.Html;
using Whydrop.Report.Json;
using Whydrop.Report.Markdown;
using Whydrop.Report.Terminal;
using Whydrop.Report.Yaml;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop diagnose CASE...: the verdict on a case.</summary>
internal static class DiagnoseCommand
{
    public static Command Create(CommandContext context)
    {
        var paths = new Argument<string[]>("CASE")
        {
            Description = "A folder, an archive (.zip, .tar, .tar.gz, .tar.zst) or files: captures, counters, interface tables, settings; - is standard input. The first folder level names the node.",
            Arity = ArgumentArity.OneOrMore,
        };
        var format = OutputOption.Format("table", "wide", "json", "yaml", "md", "html");
        var colour = OutputOption.Colour();
        var command = new Command("diagnose", "Say where and why traffic was lost, with proof. Exit code: 0 no fault, 3 fault, 4 inconclusive.") { paths, format, colour };
        command.SetAction(parsed => Run(context, parsed.GetValue(paths)!, parsed.GetValue(format)!, parsed.GetValue(colour)!));
        return command;
    }

    private static int Run(CommandContext context, string[] paths, string format, string colour)
    {
        var loaded = ProgressBar.While(context.Messages, progress => CaseLoader.Load(paths, CaseOptions.Default, progress, context.Interrupted));

        var model = CaseReport.Of(loaded);
        Write(model, format, colour, context.Results);
        context.Results.Flush();
        return model.Diagnosis.Outcome switch
        {
            Outcome.Fault => ExitCode.FaultFound,
            Outcome.Healthy => ExitCode.Healthy,
            _ => ExitCode.Inconclusive,
        };
    }

    private static void Write(ReportModel model, string format, string colour, TextWriter output)
    {
        switch (format)
        {
            case "json":
                JsonReport.Write(model, output);
                break;
            case "yaml":
                YamlReport.Write(model, output);
                break;
            case "md":
                MarkdownReport.Write(model, output);
                break;
            case "html":
                HtmlReport.Write(model, output);
                break;
            default:
                TerminalReport.Write(model, output, StandardOutput.Screen(colour), wide: format == "wide");
                break;
        }
    }
}
