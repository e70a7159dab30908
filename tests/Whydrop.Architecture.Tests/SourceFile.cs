using System.Text.RegularExpressions;

namespace Whydrop.Architecture.Tests;

/// <summary>One C# file and what a scan of its text finds, comments and literals set aside.</summary>
internal sealed class SourceFile(string path, string text)
{
    private static readonly Regex Declaration = new(
        @"(?<before>(?:\b(?:public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe|new)\s+)*)\b(?:record\s+struct|record\s+class|record|class|struct|interface|enum|delegate\s+[\w<>\[\],?.\s]+?)\s+(?<name>[A-Z_]\w*)",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(5));

    private static readonly Regex NamespaceLine = new(@"^\s*namespace\s+(?<name>[\w.]+)\s*(?<end>[;{]?)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, TimeSpan.FromSeconds(5));

    public string Path { get; } = path;

    public string Text { get; } = text;

    /// <summary>The text with comments and literals blanked out.</summary>
    public string Code { get; } = CodeText.Strip(text);

    /// <summary>The file's name without extension and without the arity of a generic type (Name`1).</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path).Split('`')[0];

    public int Lines => Text.AsSpan().Count('\n') + (Text.EndsWith('\n') ? 0 : 1);

    /// <summary>The namespace declared; empty when there is none.</summary>
    public string Namespace => NamespaceLine.Match(Code).Groups["name"].Value;

    /// <summary>All type declarations: modifiers, name, and how many braces are open around them beside a namespace's.</summary>
    public IEnumerable<(string Modifiers, string Name, int Depth)> Types()
    {
        var blockNamespace = NamespaceLine.Match(Code).Groups["end"].Value != ";" && Namespace.Length != 0;
        foreach (Match match in Declaration.Matches(Code))
        {
            var before = Code.AsSpan(0, match.Index);
            var depth = before.Count('{') - before.Count('}') - (blockNamespace ? 1 : 0);
            yield return (match.Groups["before"].Value, match.Groups["name"].Value, depth);
        }
    }
}
