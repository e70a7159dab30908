namespace Whydrop.Cli;

/// <summary>Exit codes; scripts rely on them.</summary>
public static class ExitCode
{
    /// <summary>No fault found.</summary>
    public const int Healthy = 0;

    /// <summary>The program failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage.</summary>
    public const int Usage = 2;

    /// <summary>A fault was found.</summary>
    public const int FaultFound = 3;

    /// <summary>The evidence does not decide.</summary>
    public const int Inconclusive = 4;

    /// <summary>Stopped by Ctrl-C: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
