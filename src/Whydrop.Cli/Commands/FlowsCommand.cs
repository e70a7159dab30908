using System.CommandLine;
using Whydrop.Case;
using Whydrop.Cli.Terminal;
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
            Description = $"Order, the largest first (start: earliest): {string.Join(", ", SortKeys)}; number is Wireshark's tcp.stream.",
            HelpName = "KEY",
            DefaultValueFactory = _ => "number",
        };
        sort.AcceptOnlyFromAmong(SortKeys);
        var top = new Option<int>("--top") { Description = "Only the first N after sorting; 0 for all; default 1000.", HelpName = "N", DefaultValueFactory = _ => 1000 };
        var command = new Command("flows", "List TCP connections with their retransmissions, losses and round-trip times.") { captures, format, filter, sort, top, colour };
        command.SetAction(parsed => Run(
            context, parsed.GetValue(captures)!, new Choice(parsed.GetValue(filter), parsed.GetValue(sort)!, parsed.GetValue(top)),
            parsed.GetValue(format)!, parsed.GetValue(colour)!));
        return command;
    }

    private static int Run(CommandContext context, string[] captures, Choice choice, string format, string colour)
    {
        var wanted = FlowFilter.Parse(choice.Filter);
        if (choice.Top < 0)
        {
            throw new UsageException($"--top {choice.Top}: give 0 for all, or a number of connections");
        }

        using (var listing = ProgressBar.While(context.Messages, progress => FlowListing.Read(captures, progress, context.Interrupted)))
        {
            Tell(context.Messages, listing, captures);
            if (listing.Captures == 0)
            {
                return ExitCode.Failed;
            }

            Write(context, listing, Chosen(listing, wanted, choice), format, colour);
        }

        return ExitCode.Healthy;
    }

    private static void Write(CommandContext context, FlowListing listing, int[] chosen, string format, string colour)
    {
        var rows = Rows(listing, chosen);
        if (format == "json")
        {
            JsonReport.WriteFlows(rows, listing.Count, listing.Gaps, context.Results);
        }
        else
        {
            FlowReport.Write(rows, listing.Captures > 1, context.Results, StandardOutput.Screen(colour), wide: format == "wide");
        }

        context.Results.Flush();
        if (chosen.Length < listing.Count)
        {
            context.Messages.WriteLine($"whydrop: {chosen.Length} of {listing.Count} connections shown (--top 0 shows all that --flow lets through)");
        }
    }

    /// <summary>Indexes of the connections to show, in order. Only their sort keys are kept, not the connections.</summary>
    private static int[] Chosen(FlowListing listing, Func<TcpFlow, bool> wanted, Choice choice)
    {
        var most = choice.Top == 0 ? int.MaxValue : choice.Top;
        if (choice.Sort == "number")
        {
            return choice.Filter is null
                ? FirstOf(Math.Min(most, listing.Count))
                : [.. FirstOf(listing.Count).Where(i => wanted(listing.At(i).Flow)).Take(most)];
        }

        var (keys, indexes, count) = (new double[listing.Count], new int[listing.Count], 0);
        for (var i = 0; i < listing.Count; i++)
        {
            var row = listing.At(i);
            if (wanted(row.Flow))
            {
                // Descending by key, then ascending by index: the sort below is by the negated key, and unstable.
                keys[count] = -Key(row, choice.Sort);
                indexes[count++] = i;
            }
        }

        Array.Sort(keys, indexes, 0, count);
        for (int from = 0, to; from < count; from = to)
        {
            for (to = from + 1; to < count && keys[to].Equals(keys[from]); to++)
            {
            }

            Array.Sort(indexes, from, to - from);
        }

        return indexes[..Math.Min(most, count)];
    }

    private static int[] FirstOf(int count)
    {
        var indexes = new int[count];
        for (var i = 0; i < count; i++)
        {
            indexes[i] = i;
        }

        return indexes;
    }

    private static IEnumerable<FlowRow> Rows(FlowListing listing, int[] chosen)
    {
        foreach (var index in chosen)
        {
            var f = listing.At(index);
            yield return new FlowRow(f.Flow, f.LostByClient, f.LostByServer);
        }
    }

    private static double Key(ListedFlow row, string sort) => sort switch
    {
        "lost" => row.LostByClient + row.LostByServer,
        "retr" => row.Flow.FromClient.Retransmissions + row.Flow.FromServer.Retransmissions,
        "bytes" => row.Flow.FromClient.Bytes + row.Flow.FromServer.Bytes,
        "frames" => row.Flow.Frames,
        "rtt" => (row.Flow.FromClient.SmoothedRtt ?? row.Flow.FromServer.SmoothedRtt ?? row.Flow.HandshakeRtt ?? TimeSpan.Zero).Ticks,
        "duration" => (row.Flow.Last - row.Flow.First).Ticks,
        _ => -row.Flow.First.UnixNanoseconds,
    };

    private static void Tell(TextWriter messages, FlowListing listing, string[] captures)
    {
        foreach (var gap in listing.Gaps)
        {
            messages.WriteLine($"whydrop: {gap.From}: {gap.Reason}");
        }

        if (listing is { Captures: 0, Gaps.Count: 0 })
        {
            messages.WriteLine($"whydrop: no capture in {string.Join(' ', captures)} (whydrop flows reads pcap and pcapng; whydrop diagnose reads texts too)");
        }
    }

    private sealed record Choice(string? Filter, string Sort, int Top);
}
