using System.CommandLine;
using Whydrop.Lab.Processes;

namespace Whydrop.Cli.Commands;

/// <summary>whydrop lab workload: what the lab starts inside a pod. Not for users.</summary>
internal static class LabWorkloadCommand
{
    public static Command Create(CommandContext context)
    {
        var words = new Argument<string[]>("WORDS") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("workload", "A server process of the lab.") { words };
        command.Hidden = true;
        command.SetAction(parsed => ServerProcess.Run(parsed.GetValue(words)!, Console.In, context.Results));
        return command;
    }
}
