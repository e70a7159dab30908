using System.CommandLine;
using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis;
using Whydrop.Readers.Counters;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop explain WORD: what a fault, an artefact, an observation or a kernel counter means.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandContext context)
    {
        var word = new Argument<string>("WORD") { Description = "Id of a fault (pmtu-blackhole), of an artefact (capture-any-duplicates), Wireshark's name of an observation, or a kernel counter (FragFails, TcpExtListenDrops)." };
        var colour = OutputOption.Colour();
        var command = new Command("explain", "Say what a fault, an artefact, an observation or a kernel counter means.") { word, colour };
        command.SetAction(parsed => Run(context, parsed.GetValue(word)!, StandardOutput.Screen(parsed.GetValue(colour)!)));
        return command;
    }

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
        else if (CounterCatalogue.Names.Where(n => NearWords.Key(n) == key || NearWords.Key(n[(n.IndexOf('.') + 1)..]) == key).ToList() is { Count: > 0 } counters)
        {
            foreach (var counter in counters)
            {
                var sentences = string.Join("; ", CounterCatalogue.Sentences(counter).Select(s => $"\"{s}\""));
                FaultPage.Write(counter, "kernel counter", $"netstat -s prints it as {sentences} (N: the value).{LookedAt(counter)}", context.Results, screen);
            }
        }
        else
        {
            throw new UsageException($"no such word: {word} {NearWords.Of(word, Words(), "it is the id of a fault or artefact, an observation or a kernel counter")}");
        }

        context.Results.Flush();
        return ExitCode.Healthy;
    }

    private static IEnumerable<string> Words() =>
        FaultCatalogue.All.Select(f => f.Id).Concat(FaultCatalogue.Artefacts.Select(a => a.Id)).Concat(ObservationWords.All.Select(o => o.Word)).Concat(CounterCatalogue.Names);

    // Faults whose questions, mechanism or verification speak of it.
    private static string LookedAt(string counter)
    {
        var name = counter[(counter.IndexOf('.') + 1)..];
        var faults = FaultCatalogue.All.Where(f => f.References.Append(f.Mechanism).Append(f.Verify).Append(f.Remedy).Concat(f.LookAlikes.Select(l => l.Difference))
            .Any(text => text.Contains(name, StringComparison.OrdinalIgnoreCase))).Select(f => f.Id).ToList();
        return faults.Count == 0 ? "" : $" Faults that speak of it: {string.Join(", ", faults)}.";
    }
}
