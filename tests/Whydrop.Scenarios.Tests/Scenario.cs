using Whydrop.Case;
using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Scenarios.Tests.Packets;

namespace Whydrop.Scenarios.Tests;

/// <summary>One section of a scenario file: the files of a case and the verdict expected of it.</summary>
/// <param name="File">Path of the Markdown file in the repository.</param>
/// <param name="Name">Heading of the section.</param>
/// <param name="Fences">Its fences: kind, path, text.</param>
public sealed record Scenario(string File, string Name, IReadOnlyList<Fence> Fences)
{
    private static readonly Lazy<IReadOnlyList<Scenario>> Read = new(ReadAll);
    private static readonly Dictionary<Scenario, FactSet> Loaded = [];

    public static IReadOnlyList<Scenario> All => Read.Value;

    /// <summary>Id of the fault or artefact the file is about.</summary>
    public string FileId => Path.GetFileNameWithoutExtension(File);

    public string Layer => Path.GetFileName(Path.GetDirectoryName(File)!);

    public string Expected => Fences.Single(f => f.Kind == "verdict").Text;

    public static Scenario Find(string file, string name) => All.Single(s => s.File == file && s.Name == name);

    public override string ToString() => $"{FileId}: {Name}";

    /// <summary>The facts of the section, through the same way as any case.</summary>
    internal FactSet Facts()
    {
        lock (Loaded)
        {
            return Loaded.TryGetValue(this, out var facts) ? facts : Loaded[this] = Load();
        }
    }

    internal CaseDiagnosis Run() => Diagnose.Run(Facts());

    private FactSet Load()
    {
        var folder = Directory.CreateTempSubdirectory("whydrop-scenario-");
        try
        {
            foreach (var fence in Fences.Where(f => f.Kind == "text"))
            {
                var path = Path.Combine(folder.FullName, fence.Paths[0]);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                System.IO.File.WriteAllText(path, fence.Text);
            }

            foreach (var fence in Fences.Where(f => f.Kind == "packets"))
            {
                PacketScript.Parse(fence.Text, fence.Paths).Write(folder.FullName);
            }

            return CaseLoader.Load([folder.FullName], CaseOptions.Default).Facts;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<Scenario> ReadAll()
    {
        var found = new List<Scenario>();
        foreach (var path in Directory.GetFiles(Path.Combine(Repository.Root, "scenarios"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            found.AddRange(Sections(Path.GetRelativePath(Repository.Root, path), System.IO.File.ReadAllLines(path)));
        }

        return found;
    }

    // Fences before the first "## " belong to every section.
    private static IEnumerable<Scenario> Sections(string file, string[] lines)
    {
        var common = new List<Fence>();
        string? name = null;
        var own = new List<Fence>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("## ", StringComparison.Ordinal))
            {
                if (name is not null)
                {
                    yield return new Scenario(file, name, own);
                }

                name = lines[i][3..].Trim();
                own = [.. common];
            }
            else if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                var words = lines[i][3..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var end = Array.FindIndex(lines, i + 1, l => l.StartsWith("```", StringComparison.Ordinal));
                (name is null ? common : own).Add(new Fence(words[0], words[1..], string.Concat(lines[(i + 1)..end].Select(l => l + "\n"))));
                i = end;
            }
        }

        if (name is not null)
        {
            yield return new Scenario(file, name, own);
        }
    }
}
