using System.CommandLine;
using Whydrop.Lab;
using Whydrop.Lab.Scoring;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop lab: real faults on a real kernel, with the truth known.</summary>
internal static class LabCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("lab", "Make a real fault in network namespaces, diagnose it, and compare the verdict with the truth.");
        command.Add(List(context));
        command.Add(Run(context));
        command.Add(Score(context));
        command.Add(LabWorkloadCommand.Create(context));
        return command;
    }

    private static Command List(CommandContext context)
    {
        var name = new Argument<string?>("NAME") { Description = "Show this lab scenario in full, with its parameters; default: one line for each.", Arity = ArgumentArity.ZeroOrOne };
        var format = Format();
        var colour = OutputOption.Colour();
        var list = new Command("list", "Say what can be made: fault, layer, path, and whether it runs here.") { name, format, colour };
        list.SetAction(parsed => LabListing.Write(context.Results, parsed.GetValue(name), parsed.GetValue(format) == "json", parsed.GetValue(colour)!));
        return list;
    }

    private static Command Run(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Lab scenario; `whydrop lab list` names them." };
        var set = new Option<string[]>("--set")
        {
            Description = "A parameter of the scenario; may be repeated. `whydrop lab list NAME` names them with their defaults.",
            HelpName = "KEY=VALUE",
            DefaultValueFactory = _ => [],
        };
        var keep = new Option<bool>("--keep") { Description = "Keep the case when no folder is named with -o; default: it is deleted after the comparison." };
        var folder = new Option<string?>("--out", "-o") { Description = "New folder for the case; the truth goes beside it as DIR.truth.json. Default: a temporary folder.", HelpName = "DIR" };
        var caseOnly = new Option<bool>("--case-only") { Description = "Make the case and its truth, without a diagnosis; needs -o." };
        var vm = new Option<bool>("--vm") { Description = "Run in a virtual machine (QEMU) with a kernel of its own, which has ipip, netem, IPVS, wireguard, geneve and cgroup v2; needs no root where QEMU is installed. The first time lab/vm/install.sh fetches what is missing." };
        var limit = new Option<int>("--vm-limit") { Description = "Longest time for a run with --vm, seconds, 60 to 3600.", HelpName = "SECONDS", DefaultValueFactory = _ => 300 };
        var drops = DropReasons();
        var colour = OutputOption.Colour();
        var run = new Command("run", "Make a fault, diagnose it and compare. Exit code: 0 the verdict equals the truth, 3 it does not, 1 the lab could not run, 2 wrong usage. Needs root.")
        {
            name, set, keep, folder, caseOnly, drops, vm, limit, colour,
        };
        run.SetAction(parsed => new LabSession(context, parsed.GetValue(colour)!).Run(
            parsed.GetValue(name)!,
            parsed.GetValue(set)!,
            parsed.GetValue(folder),
            parsed.GetValue(keep),
            parsed.GetValue(caseOnly),
            parsed.GetValue(drops),
            parsed.GetValue(vm) ? parsed.GetValue(limit) : null));
        return run;
    }

    private static Command Score(CommandContext context)
    {
        var seeds = Number("--seeds", "Random variants of each scenario; the seed and the scenario's name determine the parameters.", 1, 1, 10_000);
        var first = Number("--first-seed", "The first of these.", 1, 0, int.MaxValue - 10_000);
        var jobs = Number("--jobs", "Runs at the same time; they mostly wait.", new ScoreOptions().Jobs, 1, 64);
        var filter = new Option<string[]>("--filter")
        {
            Description = "Only scenarios with this in their name, fault or layer; may be repeated. Default: all.", HelpName = "TEXT", DefaultValueFactory = _ => [],
            AllowMultipleArgumentsPerToken = true,
        };
        var properties = new Option<bool>("--properties") { Description = "Hold every case also against the properties: without any kind of fact or any file no verdict is surer, and no byte is lost or invented." };
        var folder = new Option<string?>("--out", "-o") { Description = "Folder for confusion-matrix.txt and score.json. Default: none is written.", HelpName = "DIR" };
        var keep = new Option<string?>("--keep-failed") { Description = "New folder for the cases that were not judged rightly, with their truths. Default: every case is deleted.", HelpName = "DIR" };
        var drops = DropReasons();
        var format = Format();
        var colour = OutputOption.Colour();
        var score = new Command(
            "score", "Make and judge every lab scenario with random parameters, and count. The goals: 95 % of answers and places right, none wrongly confirmed, no false alarm, 99 % of lost bytes explained. Exit code: 0 they hold, 3 they do not, 1 nothing could be judged or a diagnosis failed, 2 wrong usage. Needs root.")
        {
            seeds, first, filter, jobs, properties, drops, folder, keep, format, colour,
        };
        score.SetAction(parsed => new ScoreSession(context).Run(new ScoreRequest(
            parsed.GetValue(filter)!, parsed.GetValue(first), parsed.GetValue(seeds),
            new ScoreOptions { Jobs = parsed.GetValue(jobs), KeepFailed = parsed.GetValue(keep), DropReasons = parsed.GetValue(drops) },
            parsed.GetValue(properties), parsed.GetValue(folder), parsed.GetValue(format) == "json", parsed.GetValue(colour)!)));
        return score;
    }

    private static Option<bool> DropReasons() =>
        new("--drop-reasons") { Description = "Count why the kernel dropped packets in the run's namespaces: in the truth, never in the case. Needs BPF." };

    // Without the -o of other commands: in the lab -o is a folder.
    private static Option<string> Format()
    {
        var option = new Option<string>("--output") { Description = "Format of the result: table, json.", HelpName = "table|json", DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong("table", "json");
        return option;
    }

    private static Option<int> Number(string name, string description, int preset, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var value) || value < least || value > most))
            {
                result.AddError($"{name} {token.Value}: a whole number from {least} to {most}");
            }
        });
        return option;
    }
}
