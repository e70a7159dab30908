using System.CommandLine;
using Whydrop.Lab;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop lab: real faults on a real kernel, with the truth known.</summary>
internal static class LabCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("lab", "Make a real fault in network namespaces, diagnose it, and compare the verdict with the truth.");
        command.Add(List(context));
        command.Add(Run(context));
        command.Add(LabWorkloadCommand.Create(context));
        return command;
    }

    private static Command List(CommandContext context)
    {
        var list = new Command("list", "Say what can be made: fault, path, needs, parameters.");
        list.SetAction(_ => LabListing.Write(context.Results));
        return list;
    }

    private static Command Run(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = $"Lab scenario: {string.Join(", ", LabCatalogue.All.Select(s => s.Name))}." };
        var set = new Option<string[]>("--set")
        {
            Description = "A parameter of the scenario; may be repeated. `whydrop lab list` names them with their defaults.",
            HelpName = "KEY=VALUE",
            DefaultValueFactory = _ => [],
        };
        var keep = new Option<bool>("--keep") { Description = "Keep the case when no folder is named with -o; default: it is deleted after the comparison." };
        var folder = new Option<string?>("--out", "-o") { Description = "New folder for the case; the truth goes beside it as DIR.truth.json. Default: a temporary folder.", HelpName = "DIR" };
        var colour = OutputOption.Colour();
        var run = new Command("run", "Make a fault, diagnose it and compare. Exit code: 0 the verdict equals the truth, 3 it does not, 1 the lab could not run, 2 wrong usage. Needs root.")
        {
            name, set, keep, folder, colour,
        };
        run.SetAction(parsed => new LabSession(context, parsed.GetValue(colour)!).Run(
            parsed.GetValue(name)!, parsed.GetValue(set)!, parsed.GetValue(folder), parsed.GetValue(keep)));
        return run;
    }
}
