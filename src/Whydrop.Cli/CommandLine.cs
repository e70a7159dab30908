using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Whydrop.Capture;
using Whydrop.Case;
using Whydrop.Cli.Commands;
using Whydrop.Cli.Terminal;

namespace Whydrop.Cli;

/// <summary>The command line: parsing, and the one place where errors become a line and an exit code.</summary>
public static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">Arguments without the program's name.</param>
    /// <param name="results">Results are written here as UTF-8.</param>
    /// <param name="messages">Messages, errors and progress.</param>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, Stream results, TextWriter messages)
    {
        using var output = new StreamWriter(results, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        using var interrupt = new Interrupt();
        try
        {
            return Invoke(args, new CommandContext(output, messages, interrupt.Token));
        }
        catch (CaseUnreadableException e)
        {
            return Fail(messages, e.Message, e.Missing ? ExitCode.Usage : ExitCode.Failed);
        }
        catch (CaptureException e)
        {
            return Fail(messages, e.Message, ExitCode.Failed);
        }
        catch (UsageException e)
        {
            return Fail(messages, e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (IsInterrupt(e))
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is IOException and not FileNotFoundException or UnauthorizedAccessException)
        {
            return Fail(messages, $"reading or writing failed: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')} (check the disk, its permissions and the temporary folder)", ExitCode.Failed);
        }
#pragma warning disable CA1031 // The process edge: whatever goes wrong becomes one line.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var where = Environment.GetEnvironmentVariable("WHYDROP_DEBUG") is { Length: > 0 } ? "\n" + e : " (WHYDROP_DEBUG=1 shows where; please report it)";
            return Fail(messages, $"internal error: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}{where}", ExitCode.Failed);
        }
    }

    private static int Invoke(string[] args, CommandContext context)
    {
        // Asked by scripts, often: answered before any command is built.
        if (args is ["--version"])
        {
            context.Results.WriteLine(typeof(CommandLine).Assembly.GetName().Version!.ToString(3));
            return ExitCode.Healthy;
        }

        var root = new RootCommand("Finds where and why Kubernetes traffic is lost, and proves it.");
        AddCommands(root, args.Length > 0 ? args[0] : "", context);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            return Fail(context.Messages, UsageError(parsed, root), ExitCode.Usage);
        }

        return parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = context.Results,
            Error = context.Messages,
        });
    }

    // The command that is named, alone: making the others takes longer than analysing a short capture. All of them when none is named.
    private static void AddCommands(RootCommand root, string named, CommandContext context)
    {
        if (named == "flows")
        {
            root.Add(FlowsCommand.Create(context));
        }
        else if (named == "diagnose")
        {
            root.Add(DiagnoseCommand.Create(context));
        }
        else
        {
            root.Add(DiagnoseCommand.Create(context));
            root.Add(FlowsCommand.Create(context));
            root.Add(JourneysCommand.Create(context));
            root.Add(ExplainCommand.Create(context));
            root.Add(CompareCommand.Create(context));
            root.Add(LabCommand.Create(context));
        }
    }

    private static string UsageError(ParseResult parsed, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        if (command == root)
        {
            var known = string.Join(", ", root.Subcommands.Select(c => c.Name));
            return parsed.UnmatchedTokens is [var word, ..] ? $"no such command: {word} (there are: {known}; whydrop -h shows more)" : $"say what to do: {known} (whydrop -h shows more)";
        }

        // The parser's own messages are laid out over several lines.
        var message = string.Join(' ', parsed.Errors[0].Message.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
        return $"{message} (whydrop {Path(command)} -h shows how)";
    }

    // "lab run": a command below another is called with it.
    private static string Path(Command command) =>
        string.Join(' ', new[] { command.Parents.OfType<Command>().FirstOrDefault(c => c is not RootCommand)?.Name, command.Name }.Where(n => n is not null));

    // Threads that read captures report a stop wrapped in an aggregate.
    private static bool IsInterrupt(Exception e) =>
        e is OperationCanceledException || (e is AggregateException all && all.Flatten().InnerExceptions.All(i => i is OperationCanceledException));

    private static int Fail(TextWriter messages, string message, int code)
    {
        messages.WriteLine($"whydrop: {message}");
        return code;
    }
}
