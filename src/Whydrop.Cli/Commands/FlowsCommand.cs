using System.CommandLine;
using Whydrop.Case;
using Whydrop.Cli.Terminal;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Report.Flows;
using Whydrop.Report.Json;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop flows CAPTURE...: connections and what was observed on each.</summary>
internal static class FlowsCommand
{
    private static readonly string[] SortKeys = ["lost", "retr", "bytes", "frames", "rtt", "duration", "start", "number"];

    public static Command Create(CommandContext context)
    {
        var captures = new Argument<string[]>("CAPTURE")
        {
            Description = "pcap or pcapng, also compressed with gzip or zstd; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var format = OutputOption.Format("table", "wide", "json");
        var colour = OutputOption.Colour();
        var filter = new Option<string?>("--flow") { Description = "Only these: an address, address:port, or the number of the connection.", HelpName = "FILTER" };
        var sort = new Option<string>("--sort")
        {
            Description = $"Order, the largest first: {string.Join(", ", SortKeys)}; default number, as Wireshark's tcp.stream.",
            HelpName = "KEY",
            DefaultValueFactory = _ => "number",
        };
        sort.AcceptOnlyFromAmong(SortKeys);
        var top = new Option<int?>("--top") { Description = "Only the first N after sorting.", HelpName = "N" };
        var command = new Command("flows", "List TCP connections with their retransmissions, losses and round-trip times.") { captures, format, filter, sort, top, colour };
        command.SetAction(parsed => Run(
            context, parsed.GetValue(captures)!, new Choice(parsed.GetValue(filter), parsed.GetValue(sort)!, parsed.GetValue(top)),
            parsed.GetValue(format)!, parsed.GetValue(colour)!));
        return command;
    }

    private static int Run(CommandContext context, string[] captures, Choice choice, string format, string colour)
    {
        var wanted = FlowFilter.Parse(choice.Filter);
        if (choice.Top is <= 0)
        {
            throw new UsageException($"--top {choice.Top}: give a number above 0");
        }

        LoadedCase loaded;
        using (var progress = new ProgressBar(context.Messages))
        {
            loaded = CaseLoader.Load(captures, CaseOptions.Default with { JoinsCaptures = false }, progress, context.Interrupted);
        }

        Tell(context.Messages, loaded);
        if (loaded.Facts.Of<CaptureSummary>().Count == 0)
        {
            return ExitCode.Failed;
        }

        var flows = Chosen(loaded.Facts, wanted, choice);
        if (format == "json")
        {
            JsonReport.WriteFlows(flows, loaded.Facts, context.Results);
        }
        else
        {
            var screen = Screen.Of(colour);
            FlowReport.Write(flows, loaded.Facts, context.Results, screen.Width, screen.Colour, wide: format == "wide");
        }

        context.Results.Flush();
        return ExitCode.Healthy;
    }

    private static List<TcpFlow> Chosen(FactSet facts, Func<TcpFlow, bool> wanted, Choice choice)
    {
        var flows = facts.Of<TcpFlow>().Where(wanted);
        var lost = FlowReport.LostByFlow(facts);
        IEnumerable<TcpFlow> sorted = choice.Sort switch
        {
            "lost" => flows.OrderByDescending(f => FlowReport.Lost(f, lost)),
            "retr" => flows.OrderByDescending(f => f.FromClient.Retransmissions + f.FromServer.Retransmissions),
            "bytes" => flows.OrderByDescending(f => f.FromClient.Bytes + f.FromServer.Bytes),
            "frames" => flows.OrderByDescending(f => f.Frames),
            "rtt" => flows.OrderByDescending(f => f.FromClient.SmoothedRtt ?? f.FromServer.SmoothedRtt ?? f.HandshakeRtt ?? TimeSpan.Zero),
            "duration" => flows.OrderByDescending(f => f.Last - f.First),
            "start" => flows.OrderBy(f => f.First),
            _ => flows.OrderBy(f => f.Capture).ThenBy(f => f.Flow),
        };
        return [.. sorted.Take(choice.Top ?? int.MaxValue)];
    }

    private static void Tell(TextWriter messages, LoadedCase loaded)
    {
        foreach (var gap in loaded.Facts.Of<Gap>())
        {
            messages.WriteLine($"whydrop: {gap.From}: {gap.Reason}");
        }

        if (loaded.Facts.Of<CaptureSummary>().Count == 0 && loaded.Facts.Of<Gap>().Count == 0)
        {
            messages.WriteLine($"whydrop: {loaded.Name}: holds no capture (whydrop flows reads pcap and pcapng; whydrop diagnose reads texts too)");
        }
    }

    private sealed record Choice(string? Filter, string Sort, int? Top);
}
