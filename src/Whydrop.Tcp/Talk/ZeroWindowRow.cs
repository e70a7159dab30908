using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Talk;

/// <summary>A time without window, kept for its <see cref="ZeroWindowPeriod"/>.</summary>
internal struct ZeroWindowRow
{
    public long Start;
    public long Duration;
    public int Flow;
    public uint Frame;
    public int Probes;
    public int ProbesAnswered;
    public bool ReceiverHigh;
    public bool Reopened;
}
