namespace Whydrop.Cli.Commands;

/// <summary>One of Wireshark's names for what a capture saw of a segment.</summary>
/// <param name="Word">As whydrop flows prints it.</param>
/// <param name="Aliases">Other spellings, such as Wireshark's filter field.</param>
/// <param name="Meaning">What was seen, and what it does and does not say.</param>
internal sealed record ObservationWord(string Word, IReadOnlyList<string> Aliases, string Meaning);
