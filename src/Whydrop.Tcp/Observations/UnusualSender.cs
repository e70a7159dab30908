namespace Whydrop.Tcp.Observations;

/// <summary>One direction of a connection on which something was observed.</summary>
internal struct UnusualSender
{
    /// <summary>Time at which <see cref="NextSeqTimeFor"/> was reached.</summary>
    public long NextSeqTime;

    /// <summary>Time of the last segment.</summary>
    public long LastTime;

    public ZeroWindowWatch ZeroWindow;

    /// <summary>Nanoseconds spent with a zero window.</summary>
    public long ZeroWindowTotal;

    /// <summary>Bytes sent again while no board kept the account.</summary>
    public long RepeatedBytes;

    public uint NextSeqTimeFor;

    /// <summary>End of what was seen without a hole.</summary>
    public uint MaxSeqToBeAcked;

    /// <summary>Duplicate ACKs since the acknowledgment number changed; −1 after an ACK of unseen bytes.</summary>
    public int DupAcks;

    /// <summary>Observations on its last segment.</summary>
    public uint LastObservations;

    /// <summary>Frame of its first RST; 0 when none.</summary>
    public uint ResetFrame;

    public ObservationCounts Counts;

    /// <summary>Nothing here needs a close look at the next segment.</summary>
    public readonly bool IsQuiet(uint nextSeq) => DupAcks == 0 && LastObservations == 0 && MaxSeqToBeAcked == nextSeq;
}
