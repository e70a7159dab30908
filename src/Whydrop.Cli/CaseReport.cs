using Whydrop.Case;
using Whydrop.Diagnosis;
using Whydrop.Report;

namespace Whydrop.Cli;

/// <summary>Judges a loaded case and hands it to the report.</summary>
internal static class CaseReport
{
    public static ReportModel Of(LoadedCase loaded) => new(
        loaded.Name, Diagnose.Run(loaded.Facts), loaded.Facts,
        [.. loaded.Files.Select(f => new ReportedFile(f.Path, f.Kind.ToString().ToLowerInvariant(), f.At.ToString(), f.How))])
    {
        Complaint = Words(loaded.Complaint),
        Topology = loaded.Topology,
    };

    private static string? Words(Complaint? complaint)
    {
        if (complaint is null)
        {
            return null;
        }

        var parts = new[]
        {
            complaint.Flow is { } flow ? $"flow {flow}" : null,
            complaint.Time is { } time ? $"at {time}" : null,
            complaint.Threshold is { } threshold ? $"slower than {threshold.TotalMilliseconds:0.###} ms" : null,
        };
        return string.Join(", ", parts.Where(p => p is not null)) is { Length: > 0 } words ? words : null;
    }
}
