using System.Text.RegularExpressions;

namespace Whydrop.Architecture.Tests;

/// <summary>The rules of the house that can be read off a source file. Each gives one line per breach.</summary>
internal static class SourceRules
{
    private const int MaxLines = 400;

    /// <summary>Files that are one long table of facts; splitting them would help nobody.</summary>
    private static readonly string[] Tables = [];

    private static readonly string[] BannedWords =
    [
        "Manager", "Managers", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Base", "Impl", "Data", "Info", "Infos", "Processor", "Processors",
    ];

    private static readonly Regex Words = new("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private static readonly Regex Unsafe = new(@"\bunsafe\b|\bMemoryMarshal\s*\.|\bUnsafe\s*\.|\bCollectionsMarshal\s*\.", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private static readonly Regex Unfinished = new(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    public static IEnumerable<string> BannedNames(SourceFile file) => file.Types()
        .Select(type => type.Name)
        .Append(file.Name)
        .Distinct(StringComparer.Ordinal)
        .Where(name => Words.Matches(name).Any(word => BannedWords.Contains(word.Value, StringComparer.Ordinal)))
        .Select(name => $"{file.Path}: the name {name} says nothing; name it for what it is");

    /// <summary>One public type per file, file = type, folder = namespace.</summary>
    public static IEnumerable<string> TypePlacement(SourceFile file)
    {
        var types = file.Types().Where(type => type.Depth == 0).ToArray();
        var open = types.Where(type => type.Modifiers.Contains("public", StringComparison.Ordinal)).Select(type => type.Name).ToArray();
        if (open.Length > 1)
        {
            yield return $"{file.Path}: {open.Length} public types ({string.Join(", ", open)})";
        }

        var first = open.Length > 0 ? open : [.. types.Select(type => type.Name)];
        if (first.Length > 0 && !first.Contains(file.Name, StringComparer.Ordinal))
        {
            yield return $"{file.Path}: the file is not named for its type {first[0]}";
        }

        var expected = ExpectedNamespace(file.Path);
        if (types.Length > 0 && file.Namespace != expected)
        {
            yield return $"{file.Path}: namespace {file.Namespace} instead of {expected}";
        }
    }

    /// <summary>src/Whydrop.X/A/B/T.cs is Whydrop.X.A.B.</summary>
    public static string ExpectedNamespace(string path) => string.Join('.', path.Split('/')[1..^1]);

    public static IEnumerable<string> UnfinishedWork(SourceFile file) => Unfinished.Matches(file.Text)
        .Select(match => $"{file.Path}:{1 + file.Text.AsSpan(0, match.Index).Count('\n')}: {match.Value}");

    public static IEnumerable<string> Length(SourceFile file)
    {
        if (file.Lines > MaxLines && !Tables.Contains(file.Path, StringComparer.Ordinal))
        {
            yield return $"{file.Path}: {file.Lines} lines, more than {MaxLines}";
        }
    }

    public static IEnumerable<string> SafetyComments(SourceFile file)
    {
        if (Unsafe.IsMatch(file.Code) && !file.Text.Contains("// SAFETY:", StringComparison.Ordinal))
        {
            yield return $"{file.Path}: unchecked memory access without a // SAFETY: line";
        }
    }
}
