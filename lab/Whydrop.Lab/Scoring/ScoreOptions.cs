namespace Whydrop.Lab.Scoring;

/// <summary>How a score is made.</summary>
public sealed record ScoreOptions
{
    /// <summary>Runs at the same time. They mostly wait for timers of TCP.</summary>
    public int Jobs { get; init; } = Math.Min(Environment.ProcessorCount * 2, 6);

    /// <summary>Folder for cases that were not answered rightly; null deletes every case.</summary>
    public string? KeepFailed { get; init; }

    /// <summary>Record why the kernel drops packets while a run goes.</summary>
    public bool DropReasons { get; init; }
}
