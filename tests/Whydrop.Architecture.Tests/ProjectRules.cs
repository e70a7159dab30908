using System.Xml.Linq;

namespace Whydrop.Architecture.Tests;

/// <summary>The rules of the house that can be read off a project file. Each gives one line per breach.</summary>
internal static class ProjectRules
{
    /// <summary>Who may know whom. Case is everything up to the facts and Cli is wiring, so only they see many rooms.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Whydrop.Wire"] = [],
        ["Whydrop.Capture"] = [],
        ["Whydrop.Evidence"] = [],
        ["Whydrop.Diagnosis"] = ["Whydrop.Evidence"],
        ["Whydrop.Readers"] = ["Whydrop.Evidence"],
        ["Whydrop.Node"] = ["Whydrop.Evidence"],
        ["Whydrop.Probe"] = ["Whydrop.Evidence", "Whydrop.Wire"],
        ["Whydrop.Tcp"] = ["Whydrop.Capture", "Whydrop.Evidence", "Whydrop.Wire"],
        ["Whydrop.Journeys"] = ["Whydrop.Capture", "Whydrop.Evidence", "Whydrop.Tcp", "Whydrop.Wire"],
        ["Whydrop.Report"] = ["Whydrop.Diagnosis", "Whydrop.Evidence"],
        ["Whydrop.Case"] = ["Whydrop.Capture", "Whydrop.Diagnosis", "Whydrop.Evidence", "Whydrop.Journeys", "Whydrop.Readers", "Whydrop.Tcp", "Whydrop.Wire"],
        ["Whydrop.Cli"] =
        [
            "Whydrop.Capture", "Whydrop.Case", "Whydrop.Diagnosis", "Whydrop.Evidence", "Whydrop.Journeys", "Whydrop.Lab", "Whydrop.Node", "Whydrop.Probe",
            "Whydrop.Readers", "Whydrop.Report", "Whydrop.Tcp", "Whydrop.Wire",
        ],
    };

    /// <summary>Rooms that stay free of packages but those named, so that what judges and what runs per packet is ours alone.</summary>
    private static readonly Dictionary<string, string[]> Packages = new(StringComparer.Ordinal)
    {
        ["Whydrop.Wire"] = [],
        ["Whydrop.Capture"] = [],
        ["Whydrop.Evidence"] = [],
        ["Whydrop.Tcp"] = [],
        ["Whydrop.Journeys"] = [],
        ["Whydrop.Readers"] = ["YamlDotNet"],
        ["Whydrop.Diagnosis"] = [],
    };

    public static IEnumerable<string> References(string path, XDocument project)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (!Allowed.TryGetValue(name, out var allowed))
        {
            yield return $"{path}: no rule says which rooms {name} may know";
            yield break;
        }

        foreach (var reference in Includes(project, "ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))))
        {
            if (!allowed.Contains(reference, StringComparer.Ordinal))
            {
                yield return $"{path}: {name} must not know {reference}";
            }
        }

        if (Packages.TryGetValue(name, out var needed))
        {
            foreach (var package in Includes(project, "PackageReference").Where(p => !needed.Contains(p, StringComparer.Ordinal)))
            {
                yield return $"{path}: {name} needs no package, but references {package}";
            }
        }
    }

    public static IEnumerable<string> PackageVersions(string path, XDocument project, IReadOnlyCollection<string> central)
    {
        foreach (var package in project.Descendants("PackageReference"))
        {
            var name = (string?)package.Attribute("Include") ?? (string?)package.Attribute("Update") ?? "";
            if (package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null || package.Elements().Any(element => element.Name.LocalName.StartsWith("Version", StringComparison.Ordinal)))
            {
                yield return $"{path}: {name} carries its own version";
            }

            if (!central.Contains(name))
            {
                yield return $"{path}: {name} has no version in Directory.Packages.props";
            }
        }
    }

    private static IEnumerable<string> Includes(XDocument project, string element) =>
        project.Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();
}
