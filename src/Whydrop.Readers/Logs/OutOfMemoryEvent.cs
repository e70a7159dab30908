namespace Whydrop.Readers.Logs;

/// <summary>One thing that the lines of an out-of-memory report say.</summary>
internal sealed record OutOfMemoryEvent(int Line, LogLine Heading, string Kind, string? Victim, string Text, IReadOnlyDictionary<string, string> Details);
