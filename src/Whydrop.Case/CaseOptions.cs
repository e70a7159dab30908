using Whydrop.Journeys;

namespace Whydrop.Case;

/// <summary>Limits for opening a case. The defaults suit a bundle that came by mail.</summary>
public sealed record CaseOptions
{
    /// <summary>The defaults.</summary>
    public static CaseOptions Default { get; } = new();

    /// <summary>Most bytes all archives of a case may unpack to; default 16 GiB.</summary>
    public long MaxUnpackedBytes { get; init; } = 16L << 30;

    /// <summary>Most files of a case, unpacked ones included; default 20 000.</summary>
    public int MaxFiles { get; init; } = 20_000;

    /// <summary>Which connections are followed across captures; default: those that something is wrong with.</summary>
    public Following Following { get; init; } = Following.Troubled;

    /// <summary>Bytes whose journeys are told one by one, whatever became of them; default: none.</summary>
    public TracedRange? Traced { get; init; }

    /// <summary>Capture files read at the same time; default: one per core.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Folder in which the private folder for unpacked archives is made; default: the system's temporary folder.</summary>
    public string TemporaryFolder { get; init; } = Path.GetTempPath();
}
