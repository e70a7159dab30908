namespace Whydrop.Cli;

/// <summary>The command line asks for something that does not exist. One line: what, and what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
