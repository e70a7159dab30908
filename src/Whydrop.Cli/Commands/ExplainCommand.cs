using System.CommandLine;
using Whydrop.Case;
using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;
using Whydrop.Readers.Counters;
using Whydrop.Report.Json;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop explain WORD: what a fault, an artefact, an observation, a kernel counter or a drop reason means. With files: what the counters in them say; with --layers: how settings differ.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandContext context)
    {
        var words = new Argument<string[]>("WORD|FILE")
        {
            Description = "Id of a fault (pmtu-blackhole), of an artefact (capture-any-duplicates), Wireshark's name of an observation, a kernel counter (FragFails, TcpExtListenDrops), or a drop reason of the kernel (SOCKET_RCVBUFF). "
                + "Or files with counters, one reading or two: netstat -s, nstat -az, /proc/net/snmp and netstat, netstat -s of Windows.",
            Arity = ArgumentArity.OneOrMore,
        };
        var layers = new Option<bool>("--layers") { Description = "Put the settings of every pod, node and machine in a case side by side; WORD is the case." };
        var format = OutputOption.Format("table", "wide", "json");
        var colour = OutputOption.Colour();
        var command = new Command("explain", "Say what a fault, an artefact, an observation, a kernel counter or a drop reason means; explain the counters of a dump one by one; compare the settings of all layers.") { words, layers, format, colour };
        command.SetAction(parsed =>
        {
            var (given, screen, form) = (parsed.GetValue(words)!, StandardOutput.Screen(parsed.GetValue(colour)!), parsed.GetValue(format)!);
            return parsed.GetValue(layers) ? Layers(context, given, form, screen)
                : Array.Exists(given, Path.Exists) || given.Length > 1 ? Counters(context, given, form, screen)
                : form != "table" ? throw new UsageException("-o is for counters and layers: a word is explained as text")
                : Run(context, given[0], screen);
        });
        return command;
    }

    private static int Counters(CommandContext context, string[] paths, string format, Screen screen)
    {
        var facts = Load(context, paths);
        var tables = CounterTable.Of(facts);
        if (tables.Count == 0)
        {
            throw new UsageException($"no protocol counters in {string.Join(", ", paths)} (give netstat -s, nstat -az, /proc/net/snmp or /proc/net/netstat; whydrop diagnose judges a whole case)");
        }

        if (format == "json")
        {
            JsonReport.WriteCounters(tables, facts.Of<Gap>(), context.Results);
        }
        else
        {
            CounterSection.WriteAll(tables, facts.Of<Gap>(), context.Results, screen, wide: format == "wide");
        }

        context.Results.Flush();
        return tables.Any(t => t.Rows.Any(r => r.Health == CounterHealth.Bad)) ? ExitCode.FaultFound : ExitCode.Healthy;
    }

    private static int Layers(CommandContext context, string[] paths, string format, Screen screen)
    {
        var facts = Load(context, paths);
        var layers = LayerTable.Of(facts);
        if (format == "json")
        {
            JsonReport.WriteLayers(layers, facts.Of<Gap>(), context.Results);
        }
        else
        {
            LayerSection.WriteAll(layers, facts.Of<Gap>(), context.Results, screen);
        }

        context.Results.Flush();
        return layers is null ? ExitCode.Inconclusive : ExitCode.Healthy;
    }

    private static FactSet Load(CommandContext context, string[] paths) =>
        ProgressBar.While(context.Messages, progress => CaseLoader.Load(paths, CaseOptions.Default, progress, context.Interrupted)).Facts;

    private static int Run(CommandContext context, string word, Screen screen)
    {
        var key = NearWords.Key(word);
        if (FaultCatalogue.All.FirstOrDefault(f => NearWords.Key(f.Id) == key) is { } fault)
        {
            FaultPage.Write(fault, context.Results, screen);
        }
        else if (FaultCatalogue.Artefacts.FirstOrDefault(a => NearWords.Key(a.Id) == key) is { } artefact)
        {
            FaultPage.Write(artefact, context.Results, screen);
        }
        else if (ObservationWords.All.FirstOrDefault(o => NearWords.Key(o.Word) == key || o.Aliases.Any(a => NearWords.Key(a) == key)) is { } observation)
        {
            FaultPage.Write(observation.Word, "observation", observation.Meaning, context.Results, screen);
        }
        else if (Counted.Where(n => NearWords.Key(n) == key || NearWords.Key(n[(n.IndexOf('.') + 1)..]) == key).ToList() is { Count: > 0 } counters)
        {
            foreach (var counter in counters)
            {
                var sentences = string.Join("; ", CounterCatalogue.Sentences(counter).Select(s => $"\"{s}\""));
                FaultPage.Write(counter, "kernel counter", $"{Means(counter)}{(sentences.Length > 0 ? $"netstat -s prints it as {sentences} (N: the value)." : "netstat -s prints it by its name.")}{LookedAt(counter)}", context.Results, screen);
            }
        }
        else if (DropReasonWords.All.FirstOrDefault(r => NearWords.Key(r.Word) == key || NearWords.Key(DropReasonWords.Prefix + r.Word) == key) is { } reason)
        {
            var signs = reason.Faults.Count > 0 ? $" A sign of {string.Join(", ", reason.Faults)} (whydrop explain {reason.Faults[0]})." : "";
            FaultPage.Write(reason.Word, "drop reason of the kernel", reason.Meaning + signs, context.Results, screen);
        }
        else
        {
            throw new UsageException($"no such word: {word} {NearWords.Of(word, Words(), "it is the id of a fault or artefact, an observation, a kernel counter or a drop reason")}");
        }

        context.Results.Flush();
        return ExitCode.Healthy;
    }

    private static IEnumerable<string> Words() =>
        FaultCatalogue.All.Select(f => f.Id).Concat(FaultCatalogue.Artefacts.Select(a => a.Id)).Concat(ObservationWords.All.Select(o => o.Word)).Concat(Counted).Concat(DropReasonWords.All.Select(r => r.Word));

    private static IEnumerable<string> Counted => CounterCatalogue.Names.Concat(CounterMeanings.All.Select(m => m.Name)).Distinct(StringComparer.Ordinal);

    // What it counts, when it is unhealthy.
    private static string Means(string counter) => CounterMeanings.Find(counter) is not { } meaning ? ""
        : $"{char.ToUpperInvariant(meaning.Meaning[0])}{meaning.Meaning[1..]}.{(meaning.IsVolume ? "" : $" Healthy: {meaning.Healthy}; otherwise {meaning.Otherwise}.")} ";

    // Faults whose questions, mechanism or verification speak of it.
    private static string LookedAt(string counter)
    {
        var name = counter[(counter.IndexOf('.') + 1)..];
        var faults = FaultCatalogue.All.Where(f => f.References.Append(f.Mechanism).Append(f.Verify).Append(f.Remedy).Concat(f.LookAlikes.Select(l => l.Difference))
            .Any(text => text.Contains(name, StringComparison.OrdinalIgnoreCase))).Select(f => f.Id).ToList();
        return faults.Count == 0 ? "" : $" Faults that speak of it: {string.Join(", ", faults)}.";
    }
}
