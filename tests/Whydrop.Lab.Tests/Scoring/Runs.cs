using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

/// <summary>Runs that were never made.</summary>
internal static class Runs
{
    public static Truth Truth(string? fault, string? status = "confirmed", string? node = "node-a", string? device = "eth0") => new()
    {
        Scenario = "made-up",
        Parameters = new Dictionary<string, string>(StringComparer.Ordinal),
        Figures = new Dictionary<string, long>(StringComparer.Ordinal),
        Fault = fault,
        Status = fault is null ? null : status,
        Node = fault is null ? null : node,
        Interface = fault is null ? null : device,
    };

    /// <summary>"healthy", "inconclusive", or "FAULT STATUS [NODE/INTERFACE]" for each verdict, the answer first.</summary>
    public static Finding Finding(params string[] said)
    {
        if (said[0] is "healthy" or "inconclusive")
            return new Finding(said[0]) { Verdicts = [.. said[1..].Select(Verdict)] };
        var verdicts = said.Select(Verdict).ToArray();
        return new Finding("fault", verdicts[0].Fault, verdicts[0].Status, verdicts[0].Node, verdicts[0].Interface) { Verdicts = verdicts };
    }

    public static ScoredRun Of(Truth truth, Finding finding, LabScenario? scenario = null) => new(new PlannedRun(scenario ?? new MadeUp(), 1, []), truth, finding);

    private static FoundVerdict Verdict(string text)
    {
        var words = text.Split(' ');
        var place = words.Length > 2 ? words[2].Split('/') : ["node-a", "eth0"];
        return new FoundVerdict(words[0], words[1], place[0], place.Length > 1 ? place[1] : null);
    }
}
