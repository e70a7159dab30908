using Whydrop.Diagnosis;

namespace Whydrop.Report.Terminal;

/// <summary>What a word of the catalogue means.</summary>
public static class FaultPage
{
    private const int LabelWidth = 13;

    /// <summary>Writes a fault of the catalogue.</summary>
    public static void Write(Fault fault, TextWriter output, Screen screen)
    {
        var page = new TextPage(output, screen);
        page.Line($"{fault.Id}: {fault.Name}", TextStyle.Heading);
        page.Labelled("Dies in", fault.Layer.ToString().ToLowerInvariant(), LabelWidth);
        page.Labelled("User sees", fault.UserSees, LabelWidth);
        page.Labelled("Mechanism", fault.Mechanism, LabelWidth);
        page.Labelled("Remedy", fault.Remedy, LabelWidth);
        page.Labelled("Verify", fault.Verify, LabelWidth);
        page.Heading("Asked of the evidence");
        foreach (var question in fault.Questions)
        {
            page.Labelled($"  {question.Role.ToString().ToLowerInvariant()}", question.LookAlike is { } other ? $"{question.Text} (else: {other})" : question.Text, LabelWidth + 4);
        }

        if (fault.LookAlikes.Count > 0)
        {
            page.Heading("Looks the same, and is not");
            foreach (var other in fault.LookAlikes)
            {
                page.Labelled("  " + other.Id, other.Difference, Math.Max(LabelWidth, fault.LookAlikes.Max(l => l.Id.Length) + 4));
            }
        }

        if (fault.References.Count > 0)
        {
            page.Heading("References");
            foreach (var reference in fault.References)
            {
                page.Paragraph(reference);
            }
        }
    }

    /// <summary>Writes an artefact of captures and counters.</summary>
    public static void Write(CaptureArtefact artefact, TextWriter output, Screen screen)
    {
        var page = new TextPage(output, screen);
        page.Line($"{artefact.Id}: {artefact.Name}", TextStyle.Heading);
        page.Labelled("Taken for", artefact.Fakes, LabelWidth);
        page.Labelled("Shows as", artefact.Signature, LabelWidth);
        page.Labelled("Handled", artefact.Handling, LabelWidth);
    }

    /// <summary>Writes a word with its meaning.</summary>
    public static void Write(string word, string kind, string meaning, TextWriter output, Screen screen)
    {
        var page = new TextPage(output, screen);
        page.Line($"{word} ({kind})", TextStyle.Heading);
        page.Paragraph(meaning, 0);
    }
}
