using System.Text;
using Whydrop.Diagnosis;

namespace Whydrop.Scenarios.Tests;

/// <summary>docs/faults is generated from the fault classes and the scenarios.</summary>
public class FaultPageTests
{
    private const string Generated = "<!-- Generated from the fault classes and scenarios: edit those, then run the tests with WHYDROP_UPDATE=1. -->";

    [Fact]
    public void Every_fault_has_its_page()
    {
        foreach (var fault in FaultCatalogue.All)
        {
            Repository.Same($"docs/faults/{fault.Id}.md", Page(fault));
        }
    }

    [Fact]
    public void The_table_lists_every_fault_and_artefact() => Repository.Same("docs/faults/README.md", Table());

    [Fact]
    public void No_page_is_left_over()
    {
        var pages = Directory.GetFiles(Path.Combine(Repository.Root, "docs/faults"), "*.md").Select(f => Path.GetFileNameWithoutExtension(f)!);
        Assert.Empty(pages.Except(FaultCatalogue.All.Select(f => f.Id)).Except(["README"]));
    }

    [Fact]
    public void Every_fault_has_a_scenario_with_three_sections()
    {
        foreach (var fault in FaultCatalogue.All)
        {
            var file = Scenario.All.Where(s => s.FileId == fault.Id).ToArray();
            Assert.True(file.Length >= 3, $"{fault.Id}: it fires, a look-alike does not fire it, it cannot tell");
            Assert.All(file, s => Assert.Equal(fault.Layer.ToString().ToLowerInvariant(), s.Layer));
        }
    }

    private static string Page(Fault fault)
    {
        var page = new StringBuilder();
        page.Append(Generated).Append("\n# ").Append(fault.Name).Append("\n\n`").Append(fault.Id).Append("` · ").Append(fault.Layer).Append("\n\n");
        page.Append("**A user sees:** ").Append(fault.UserSees).Append("\n\n## Mechanism\n\n").Append(fault.Mechanism).Append("\n\n## What is asked\n\n| question | of | decides |\n| --- | --- | --- |\n");
        foreach (var question in fault.Questions)
        {
            page.Append("| ").Append(question.Text).Append(" | ").Append(question.Quantifier.ToString().ToLowerInvariant()).Append(" | ").Append(Effect(question)).Append(" |\n");
        }

        page.Append("\n## Look-alikes\n\n");
        foreach (var other in fault.LookAlikes)
        {
            page.Append("- ").Append(FaultCatalogue.Find(other.Id) is null ? $"`{other.Id}`" : $"[`{other.Id}`]({other.Id}.md)").Append(": ").Append(other.Difference).Append('\n');
        }

        page.Append("\n## Remedy\n\n").Append(fault.Remedy).Append("\n\n## Verify\n\n").Append(fault.Verify).Append("\n\n## Scenarios\n\n");
        foreach (var scenario in Scenario.All.Where(s => s.FileId == fault.Id))
        {
            page.Append("- [").Append(scenario.Name).Append("](../../").Append(scenario.File).Append(")\n");
        }

        page.Append("\n## References\n\n");
        foreach (var reference in fault.References)
        {
            page.Append("- ").Append(reference.StartsWith("https://", StringComparison.Ordinal) ? $"<{reference}>" : reference).Append('\n');
        }

        return page.ToString();
    }

    private static string Effect(Question question) => question.Role switch
    {
        QuestionRole.Signature => "no: ruled out; unknown: undecided",
        QuestionRole.Mechanism => "yes: may be confirmed",
        QuestionRole.Discriminator => $"no: contested, it may be `{question.LookAlike}`",
        _ => "nothing; it is shown",
    };

    private static string Table()
    {
        var table = new StringBuilder(Generated).Append("\n# Faults\n\n| fault | where the packet dies | a user sees |\n| --- | --- | --- |\n");
        foreach (var fault in FaultCatalogue.All.OrderBy(f => f.Layer).ThenBy(f => f.Id, StringComparer.Ordinal))
        {
            table.Append("| [`").Append(fault.Id).Append("`](").Append(fault.Id).Append(".md) ").Append(fault.Name).Append(" | ").Append(fault.Layer).Append(" | ").Append(fault.UserSees).Append(" |\n");
        }

        table.Append("\n# Artefacts of captures and counters\n\nRecognised before any verdict.\n\n| artefact | taken for | how it shows | handling |\n| --- | --- | --- | --- |\n");
        foreach (var artefact in FaultCatalogue.Artefacts)
        {
            table.Append("| `").Append(artefact.Id).Append("` ").Append(artefact.Name).Append(" | ").Append(artefact.Fakes).Append(" | ").Append(artefact.Signature).Append(" | ").Append(artefact.Handling).Append(" |\n");
        }

        return table.ToString();
    }
}
