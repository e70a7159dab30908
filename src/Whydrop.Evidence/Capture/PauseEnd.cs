namespace Whydrop.Evidence.Capture;

/// <summary>What ended a <see cref="Pause"/>.</summary>
public enum PauseEnd
{
    /// <summary>Nothing did up to the end of the capture.</summary>
    EndOfCapture,

    /// <summary>Bytes not sent before.</summary>
    NewData,

    /// <summary>Bytes sent before, by time-out or probe.</summary>
    Retransmission,

    /// <summary>A pure acknowledgment of new bytes.</summary>
    Acknowledgment,

    /// <summary>A pure acknowledgment that only opens the window.</summary>
    WindowUpdate,

    /// <summary>A keep-alive or zero-window probe.</summary>
    Probe,

    /// <summary>A FIN.</summary>
    Fin,

    /// <summary>A RST.</summary>
    Reset,

    /// <summary>A SYN or SYN-ACK.</summary>
    Handshake,
}
