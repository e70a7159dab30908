namespace Whydrop.Lab;

/// <summary>A finding held against the truth, point by point.</summary>
/// <param name="FaultRight">The fault named is the true one, or truly none.</param>
/// <param name="StatusRight">The status is as strong as the case allows, and no stronger than the truth bears.</param>
/// <param name="PlaceRight">The place named is a true one. Of a confirmation it is demanded; a suspicion may leave it open.</param>
/// <param name="Overclaimed">The worst answer: confirmed, and not the true fault.</param>
/// <param name="Lines">One line for each point compared.</param>
public sealed record Comparison(bool FaultRight, bool StatusRight, bool PlaceRight, bool Overclaimed, IReadOnlyList<string> Lines)
{
    /// <summary>The verdict equals the truth in every point.</summary>
    public bool Right => FaultRight && StatusRight && PlaceRight;

    /// <summary>Compares fault, status and place.</summary>
    public static Comparison Of(Truth truth, Finding finding)
    {
        var confirmed = finding.Status == "confirmed";
        if (truth.Fault is null)
        {
            var healthy = finding.Outcome == "healthy" || (truth.Status == "undecided" && finding is { Outcome: "inconclusive", Fault: null });
            return new Comparison(healthy, healthy, healthy, confirmed && !healthy, [Line(healthy, $"outcome: truth healthy, verdict {finding.Outcome}")]);
        }

        var untold = truth.Beside.Where(b => !finding.Verdicts.Any(v => v.Fault == b && v.Status is "confirmed" or "suspected")).ToArray();
        var named = finding.Fault == truth.Fault || truth.AlsoTrue.Contains(finding.Fault ?? "") || (!confirmed && truth.LooksLike.Contains(finding.Fault ?? ""));
        // Where nobody could tell from what was collected, saying so is the right answer, and so is what truly holds beside it; "healthy" is only where no trace of the fault was collected.
        var open = truth.Status == "undecided" && (finding.Fault is null ? finding.Outcome == "inconclusive" || truth.Unseen : truth.Accompanying.Contains(finding.Fault));
        var fault = (named || open) && untold.Length == 0;
        var strength = Strength(finding.Status);
        var status = open || strength >= Strength(truth.Status);
        var place = open || PlaceNamed(truth, finding, mayBeOpen: truth.Status != "confirmed");
        return new Comparison(
            fault,
            status,
            place,
            confirmed && !named && !open,
            [
                Line(fault, $"fault: truth {string.Join(" or ", truth.AlsoTrue.Prepend(truth.Fault).Concat(truth.LooksLike))}, verdict {finding.Fault ?? "none"}"),
                .. untold.Select(b => Line(false, $"beside: {b} is not told")),
                Line(status, $"status: truth at least {truth.Status}, verdict {finding.Status ?? "none"}"),
                Line(place, $"place: truth {Place(truth.Node, truth.Interface)}, verdict {Place(finding.Node, finding.Interface)}"),
            ]);
    }

    private static bool PlaceNamed(Truth truth, Finding finding, bool mayBeOpen)
    {
        // The place belongs to no host of the case: naming none is right, and so is a neighbour that the truth lists.
        if (truth.AlsoAt.Any(place => place == finding.Node || place == $"{finding.Node}/{finding.Interface}"))
            return true;
        if (truth.Node is null)
            return finding.Node is null;
        var node = finding.Node == truth.Node || (mayBeOpen && finding.Node is null);
        var device = truth.Interface is null || finding.Interface == truth.Interface || (mayBeOpen && finding.Interface is null);
        return node && device;
    }

    private static int Strength(string? status) => status switch { "confirmed" => 3, "suspected" => 2, "undecided" => 1, _ => 0 };

    private static string Place(string? node, string? device) => $"{node ?? "?"}/{device ?? "?"}";

    private static string Line(bool right, string text) => (right ? "right  " : "WRONG  ") + text;
}
