namespace Whydrop.Cli.Commands;

/// <summary>What every command is given.</summary>
/// <param name="Results">Standard output.</param>
/// <param name="Messages">Standard error.</param>
/// <param name="Interrupted">Ctrl-C.</param>
internal sealed record CommandContext(TextWriter Results, TextWriter Messages, CancellationToken Interrupted);
