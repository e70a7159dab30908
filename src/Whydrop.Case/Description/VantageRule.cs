using System.IO.Enumeration;
using Whydrop.Evidence;

namespace Whydrop.Case.Description;

/// <summary>One entry of "vantages" in case.yaml: which files, and where they were taken. A null part is left as the path or the file says.</summary>
/// <param name="Glob">Path inside the case with * and ?; * also crosses folders. Without '/', it is matched against the file name alone too.</param>
internal sealed record VantageRule(string Glob, string? Node, string? Netns, string? Interface)
{
    /// <summary>Offset of the clock that its logs print, from UTC; null when not said.</summary>
    public TimeSpan? Zone { get; init; }

    public bool Matches(string path) =>
        FileSystemName.MatchesSimpleExpression(Glob, path, ignoreCase: false)
        || (!Glob.Contains('/') && FileSystemName.MatchesSimpleExpression(Glob, path.AsSpan(path.LastIndexOf('/') + 1), ignoreCase: false));

    public VantagePoint Apply(VantagePoint at) => new(Node ?? at.Node, Netns ?? at.Netns, Interface ?? at.Interface);
}
