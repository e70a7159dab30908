using Whydrop.Evidence;

namespace Whydrop.Cli.Commands;

/// <summary>Says why a case holds nothing that a command can use.</summary>
internal static class UnreadFiles
{
    /// <summary>One line for each gap.</summary>
    public static void Tell(TextWriter messages, FactSet facts)
    {
        foreach (var gap in facts.Of<Gap>())
        {
            messages.WriteLine($"whydrop: {gap.From}: {gap.Reason}");
        }
    }
}
