namespace Whydrop.Lab;

/// <summary>A finding held against the truth.</summary>
/// <param name="Right">The verdict equals the truth: fault, place and a status that is strong enough.</param>
/// <param name="Lines">One line for each point compared.</param>
public sealed record Comparison(bool Right, IReadOnlyList<string> Lines)
{
    /// <summary>Compares fault, status and place.</summary>
    /// <remarks>A suspicion need not name the interface, but a place that is named must be the true one.</remarks>
    public static Comparison Of(Truth truth, Finding finding)
    {
        var points = new List<(bool Right, string Line)>();
        if (truth.Fault is null)
        {
            points.Add((finding.Outcome == "healthy", $"outcome: truth healthy, verdict {finding.Outcome}"));
        }
        else
        {
            points.Add((finding.Fault == truth.Fault || truth.AlsoTrue.Contains(finding.Fault ?? ""), $"fault: truth {truth.Fault}, verdict {finding.Fault ?? "none"}"));
            var strong = finding.Status == "confirmed" || (truth.Status == "suspected" && finding.Status == "suspected");
            points.Add((strong, $"status: truth at least {truth.Status}, verdict {finding.Status ?? "none"}"));
            points.Add((PlaceRight(truth, finding), $"place: truth {truth.Node}/{truth.Interface}, verdict {finding.Node ?? "?"}/{finding.Interface ?? "?"}"));
        }

        return new Comparison(points.TrueForAll(p => p.Right), [.. points.Select(p => (p.Right ? "right  " : "WRONG  ") + p.Line)]);
    }

    private static bool PlaceRight(Truth truth, Finding finding)
    {
        if (truth.Status == "suspected")
            return (finding.Node is null || finding.Node == truth.Node) && (finding.Interface is null || finding.Interface == truth.Interface);
        return finding.Node == truth.Node && finding.Interface == truth.Interface;
    }
}
