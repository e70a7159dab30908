namespace Whydrop.Evidence.Capture;

/// <summary>What made a sender send bytes again.</summary>
public enum Recovery
{
    /// <summary>Three duplicate ACKs, or SACK / RACK (RFC 5681, 6675, 8985).</summary>
    FastRetransmit,

    /// <summary>Tail loss probe (RFC 8985 §7).</summary>
    TailLossProbe,

    /// <summary>Retransmission time-out (RFC 6298).</summary>
    Timeout,

    /// <summary>Not told apart.</summary>
    Unknown,
}
