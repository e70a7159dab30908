using System.CommandLine;
using System.Globalization;
using Whydrop.Case;
using Whydrop.Cli.Terminal;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys;
using Whydrop.Report.Journeys;
using Whydrop.Report.Json;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop journeys CASE...: where each byte range was last seen.</summary>
internal static class JourneysCommand
{
    public static Command Create(CommandContext context)
    {
        var paths = new Argument<string[]>("CAPTURE")
        {
            Description = "Two captures or more, or a folder or archive with them, as for diagnose; interface tables and conntrack listings beside them help. The first folder level names the node.",
            Arity = ArgumentArity.OneOrMore,
        };
        var format = OutputOption.Format("table", "wide", "json");
        var colour = OutputOption.Colour();
        var filter = new Option<string?>("--flow")
        {
            Description = "Only these connections: an address, address:port, both ends with a comma between them, or the number of the connection in one of the captures. One place that shows it so is enough: NAT may hide it elsewhere.",
            HelpName = "FILTER",
        };
        var range = new Option<string?>("--range")
        {
            Description = "The journey of these bytes, place by place, and of the losses only those with one of them: relative sequence numbers, 1 is the first byte of the stream. With --flow, or it is told of every connection.",
            HelpName = "FIRST-LAST",
        };
        var lost = new Option<bool>("--lost") { Description = "Nothing but the lost ranges, all of them." };
        var command = new Command(
            "journeys",
            "Follow connections across captures: the places with their clocks, what each hop lost and how long it took, and the frames of what was lost. Exit code: 0 nothing lost, 3 something lost between two captures, 4 nothing proven or nothing joined.")
        {
            paths, filter, range, lost, format, colour,
        };
        command.SetAction(parsed => Run(
            context, parsed.GetValue(paths)!, parsed.GetValue(filter), Range(parsed.GetValue(range)),
            new Form(parsed.GetValue(format)!, parsed.GetValue(colour)!, parsed.GetValue(lost))));
        return command;
    }

    private static int Run(CommandContext context, string[] paths, string? filter, (long Begin, long End)? range, Form form)
    {
        var wanted = FlowFilter.ParsePair(filter);
        var following = filter is null ? Following.Summed : Following.All;
        var (name, facts) = ProgressBar.While(context.Messages, progress =>
        {
            var loaded = CaseLoader.Load(paths, CaseOptions.Default with { Following = following, Traced = range is var (begin, end) ? new TracedRange(wanted, begin, end) : null }, progress, context.Interrupted);
            return (loaded.Name, loaded.Facts);
        });
        if (facts.Of<CaptureSummary>().Count == 0)
        {
            UnreadFiles.Tell(context.Messages, facts);
            context.Messages.WriteLine($"whydrop: no capture in {string.Join(' ', paths)} (whydrop journeys reads pcap and pcapng)");
            return ExitCode.Failed;
        }

        var model = JourneysModel.Of(name, facts, wanted, range);
        if (form.Format == "json")
        {
            JsonReport.WriteJourneys(model, context.Results);
        }
        else
        {
            JourneysReport.Write(model, context.Results, StandardOutput.Screen(form.Colour), form.Format == "wide", form.OnlyLost);
        }

        context.Results.Flush();
        return model.AnyLost ? ExitCode.FaultFound : model.NothingLost ? ExitCode.Healthy : ExitCode.Inconclusive;
    }

    private static (long Begin, long End)? Range(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var parts = text.Split('-', ':');
        return parts.Length is 1 or 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var begin)
            && long.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var end) && begin <= end
            ? (begin, end)
            : throw new UsageException($"--range {text}: is no range of relative sequence numbers (such as 1-1448)");
    }

    private sealed record Form(string Format, string Colour, bool OnlyLost);
}
