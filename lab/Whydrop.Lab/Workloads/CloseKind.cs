namespace Whydrop.Lab.Workloads;

/// <summary>How a client ends its connection.</summary>
public enum CloseKind
{
    /// <summary>FIN, then waits for the server's.</summary>
    Orderly,

    /// <summary>Waits until the server closes or resets, then closes.</summary>
    Await,

    /// <summary>Reset at once (SO_LINGER 0), as benchmark tools do.</summary>
    Reset,

    /// <summary>close(2) without waiting for the server's FIN.</summary>
    Leave,

    /// <summary>Keeps it open until the workload ends.</summary>
    Keep,
}
