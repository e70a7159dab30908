using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Whydrop.Architecture.Tests;

/// <summary>The repository as it stands keeps the rules.</summary>
public class HouseTests
{
    [Fact]
    public void Rooms_know_only_what_they_may()
    {
        var projects = SourceTree.Projects("src").ToArray();
        Assert.NotEmpty(projects);
        Nothing(projects.SelectMany(path => ProjectRules.References(path, Load(path))));
    }

    [Fact]
    public void Nothing_but_the_command_knows_the_lab() =>
        Nothing(SourceTree.Projects("src")
            .Where(path => !path.EndsWith("/Whydrop.Cli.csproj", StringComparison.Ordinal))
            .Where(path => Load(path).Descendants("ProjectReference").Any(reference => ((string?)reference.Attribute("Include") ?? "").Contains("Whydrop.Lab", StringComparison.Ordinal))));

    [Fact]
    public void Package_versions_are_central_and_exact()
    {
        var versions = Load("Directory.Packages.props").Descendants("PackageVersion").ToArray();
        Assert.NotEmpty(versions);
        var central = versions.Select(version => (string)version.Attribute("Include")!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Nothing(versions
            .Where(version => !Regex.IsMatch((string)version.Attribute("Version")!, @"^\d+(\.\d+)+(-[\w.]+)?$", RegexOptions.None, TimeSpan.FromSeconds(5)))
            .Select(version => $"Directory.Packages.props: {version}"));
        Nothing(SourceTree.Projects("src", "tests", "lab", "bench").SelectMany(path => ProjectRules.PackageVersions(path, Load(path), central)));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = Load("Whydrop.slnx").Descendants("Project").Select(project => (string)project.Attribute("Path")!).ToHashSet(StringComparer.Ordinal);
        Nothing(SourceTree.Projects("src", "tests", "lab", "bench").Where(path => !listed.Contains(path)).Select(path => $"{path} is not in Whydrop.slnx"));
    }

    [Fact]
    public void Names_say_what_a_thing_is() => Check(SourceRules.BannedNames, "src", "lab");

    [Fact]
    public void One_public_type_per_file_in_the_folder_of_its_namespace() => Check(SourceRules.TypePlacement, "src", "lab");

    [Fact]
    public void Types_are_whole()
    {
        var places = SourceTree.Sources("src", "lab")
            .SelectMany(file => file.Types().Where(type => type.Depth == 0 && !type.Modifiers.Contains("file ", StringComparison.Ordinal)).Select(type => (Name: $"{file.Namespace}.{type.Name}", file.Path)))
            .Distinct();
        Nothing(places.GroupBy(place => place.Name, StringComparer.Ordinal)
            .Where(group => group.Count() > 1 && group.All(place => !IsArityVariant(place.Path)))
            .Select(group => $"{group.Key} is spread over {string.Join(", ", group.Select(place => place.Path))}"));
    }

    [Fact]
    public void Nothing_is_left_unfinished() => Check(SourceRules.UnfinishedWork, "src", "lab", "bench");

    [Fact]
    public void Files_stay_readable() => Check(SourceRules.Length, "src", "lab");

    [Fact]
    public void Unchecked_memory_access_says_why_it_is_safe() => Check(SourceRules.SafetyComments, "src", "lab", "bench");

    /// <summary>Name`1.cs holds the generic sibling of Name.cs.</summary>
    private static bool IsArityVariant(string path) => path.Contains('`', StringComparison.Ordinal);

    private static void Check(Func<SourceFile, IEnumerable<string>> rule, params string[] topFolders)
    {
        var files = SourceTree.Sources(topFolders).ToArray();
        Assert.NotEmpty(files);
        Nothing(files.SelectMany(rule));
    }

    private static void Nothing(IEnumerable<string> breaches)
    {
        var lines = breaches.ToArray();
        Assert.True(lines.Length == 0, string.Join('\n', lines));
    }

    private static XDocument Load(string path) => XDocument.Load(Path.Combine(SourceTree.Root, path));
}
