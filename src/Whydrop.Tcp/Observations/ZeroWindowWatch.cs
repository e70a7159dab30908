namespace Whydrop.Tcp.Observations;

/// <summary>The present time without window of one receiver.</summary>
internal struct ZeroWindowWatch
{
    /// <summary>Time of the first acknowledgment with window 0; 0 while a window is open.</summary>
    public long Since;

    /// <summary>Its frame.</summary>
    public uint Frame;

    public int Probes;
    public int Answered;

    /// <summary>Probes since the receiver last spoke.</summary>
    public int Pending;
}
