namespace Whydrop.Lab.Scoring;

/// <summary>Why a run gave no answer to judge.</summary>
public enum UnmadeKind
{
    /// <summary>This machine lacks a tool, a device or a kernel feature.</summary>
    NeedsUnmet,

    /// <summary>The kernel did not do what the parameters promise, or a step of the run failed.</summary>
    NotProduced,

    /// <summary>The diagnosis of the case failed: a fault of the program.</summary>
    DiagnosisFailed,
}
