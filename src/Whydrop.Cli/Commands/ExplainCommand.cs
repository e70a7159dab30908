using System.CommandLine;
using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis;
using Whydrop.Readers.Counters;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop explain WORD: what a fault, an artefact, an observation or a kernel counter means.</summary>
internal static class ExplainCommand
{
    private const int NearMatches = 5;

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
        var key = Key(word);
        if (FaultCatalogue.All.FirstOrDefault(f => Key(f.Id) == key) is { } fault)
        {
            FaultPage.Write(fault, context.Results, screen);
        }
        else if (FaultCatalogue.Artefacts.FirstOrDefault(a => Key(a.Id) == key) is { } artefact)
        {
            FaultPage.Write(artefact, context.Results, screen);
        }
        else if (ObservationWords.All.FirstOrDefault(o => Key(o.Word) == key || o.Aliases.Any(a => Key(a) == key)) is { } observation)
        {
            FaultPage.Write(observation.Word, "observation", observation.Meaning, context.Results, screen);
        }
        else if (CounterCatalogue.Names.Where(n => Key(n) == key || Key(n[(n.IndexOf('.') + 1)..]) == key).ToList() is { Count: > 0 } counters)
        {
            foreach (var counter in counters)
            {
                var sentences = string.Join("; ", CounterCatalogue.Sentences(counter).Select(s => $"\"{s}\""));
                FaultPage.Write(counter, "kernel counter", $"netstat -s prints it as {sentences} (N: the value).", context.Results, screen);
            }
        }
        else
        {
            var near = Words().Select(w => (Word: w, Distance: EditDistance(Key(w), key)))
                .Where(w => w.Distance <= Math.Max(2, key.Length / 3) || Key(w.Word).Contains(key, StringComparison.Ordinal))
                .OrderBy(w => w.Distance).ThenBy(w => w.Word, StringComparer.Ordinal).Take(NearMatches).Select(w => w.Word).ToList();
            throw new UsageException($"no such word: {word} ({(near.Count > 0 ? $"near: {string.Join(", ", near)}" : $"for example: {string.Join(", ", Words().Take(NearMatches))}")})");
        }

        context.Results.Flush();
        return ExitCode.Healthy;
    }

    private static IEnumerable<string> Words() =>
        FaultCatalogue.All.Select(f => f.Id).Concat(FaultCatalogue.Artefacts.Select(a => a.Id)).Concat(ObservationWords.All.Select(o => o.Word)).Concat(CounterCatalogue.Names);

    private static string Key(string word) => string.Concat(word.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // Levenshtein, two rows.
    private static int EditDistance(string a, string b)
    {
        var before = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], before[j]) + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            }

            before = row;
        }

        return before[b.Length];
    }
}
