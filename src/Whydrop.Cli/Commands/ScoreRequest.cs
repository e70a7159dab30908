using Whydrop.Lab.Scoring;

namespace Whydrop.Cli.Commands;

/// <summary>What <c>whydrop lab score</c> was asked for.</summary>
/// <param name="Filter">Words; a scenario needs one of them.</param>
/// <param name="FirstSeed">First seed.</param>
/// <param name="Seeds">How many seeds.</param>
/// <param name="Options">How the runs are made.</param>
/// <param name="Properties">Hold each case also against the properties of every case.</param>
/// <param name="Folder">Folder for the matrix and the JSON; null for none.</param>
/// <param name="Json">JSON to standard output.</param>
/// <param name="Colour">auto, always or never.</param>
internal sealed record ScoreRequest(IReadOnlyList<string> Filter, int FirstSeed, int Seeds, ScoreOptions Options, bool Properties, string? Folder, bool Json, string Colour);
