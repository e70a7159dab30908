using System.CommandLine;
using Whydrop.Case;
using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis.Comparison;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Load;
using Whydrop.Readers.Load;
using Whydrop.Readers.Text;
using Whydrop.Report.Json;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop compare BEFORE AFTER: did the remedy work.</summary>
internal static class CompareCommand
{
    private const string Two = "(whydrop compare BEFORE AFTER compares two cases)";

    public static Command Create(CommandContext context)
    {
        var before = new Argument<string>("BEFORE") { Description = "The case before the remedy: a folder, an archive or a file. Alone: a list of instances (CSV or JSON) with attributes and a rate, or late and requests; or a folder whose captures show several instances, with the attributes that its cluster objects name." };
        var after = new Argument<string?>("AFTER") { Description = "The case after it, collected the same way.", Arity = ArgumentArity.ZeroOrOne };
        var format = OutputOption.Format("table", "json");
        var colour = OutputOption.Colour();
        var command = new Command("compare", "Say whether a remedy worked: the symptom before and after, and whether it was watched long enough. Or, of a list of instances, which attribute separates bad ones from good. Exit code: 0 cured, 3 not cured or separated, 4 cannot tell.") { before, after, format, colour };
        command.SetAction(parsed => Run(context, parsed.GetValue(before)!, parsed.GetValue(after), parsed.GetValue(format)!, parsed.GetValue(colour)!));
        return command;
    }

    private static int Run(CommandContext context, string before, string? after, string format, string colour)
    {
        if (after is null)
        {
            return Instances(context, before, format, colour);
        }

        var was = ProgressBar.While(context.Messages, progress => CaseLoader.Load([before], CaseOptions.Default, progress, context.Interrupted));
        var now = ProgressBar.While(context.Messages, progress => CaseLoader.Load([after], CaseOptions.Default, progress, context.Interrupted));
        foreach (var one in new[] { was, now }.Where(c => c.Facts.Of<CaptureSummary>().Count == 0 && c.Facts.Of<LoadReport>().Count == 0))
        {
            UnreadFiles.Tell(context.Messages, one.Facts);
        }

        var compared = Compare.Run(was.Facts, now.Facts);
        if (format == "json")
        {
            JsonReport.WriteComparison(compared, context.Results);
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

    private static int Instances(CommandContext context, string path, string format, string colour)
    {
        var instances = Directory.Exists(path) ? Captured(context, path) : Listed(path);
        var splits = Cohorts.Of(instances);
        if (format == "json")
        {
            JsonReport.WriteCohorts(splits, instances.Count, context.Results);
        }
        else
        {
            CohortPage.Write(splits, instances.Count, context.Results, StandardOutput.Screen(colour));
        }

        context.Results.Flush();
        return splits is [{ Separates: true }, ..] ? ExitCode.FaultFound : ExitCode.Inconclusive;
    }

    private static IReadOnlyList<ServiceInstance> Captured(CommandContext context, string path)
    {
        var loaded = ProgressBar.While(context.Messages, progress => CaseLoader.Load([path], CaseOptions.Default, progress, context.Interrupted));
        var instances = CapturedInstances.Of(loaded.Facts);
        return instances.Count > 1 ? instances : throw new UsageException($"{path}: its captures show {instances.Count} instance{(instances.Count == 1 ? "" : "s")} to compare {Two}");
    }

    private static IReadOnlyList<ServiceInstance> Listed(string path)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"{path}: no such list of instances {Two}");
        }

        using var stream = File.OpenRead(path);
        var (instances, wrong) = InstanceList.Parse(TextFile.Read(path, stream));
        return wrong is null ? instances : throw new UsageException($"{path}: {wrong} {Two}");
    }
}
