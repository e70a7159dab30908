using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Talk;

/// <summary>Times of one connection, kept for its <see cref="ExchangeTiming"/>.</summary>
internal struct ExchangeRow
{
    public long Exchanges;
    public long SmallWaits;

    /// <summary>Nanoseconds.</summary>
    public long MaxAnswer;
    public long MaxRequest;
    public int Flow;
    public uint MaxAnswerFrame;

    /// <summary>The acknowledgments sampled came alone, not with an answer.</summary>
    public bool BareAcks;
    public Sample Answers;
    public Sample Acks;
    public Sample Requests;
    public Sample Waits;
}
