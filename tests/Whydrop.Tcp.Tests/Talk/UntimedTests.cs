using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Talk;

/// <summary>Where nobody asks for the times of applications, none are taken, and nothing else changes.</summary>
public sealed class UntimedTests
{
    [Fact]
    public void All_but_the_times_of_applications_stays()
    {
        var trace = new Trace();
        var talk = new Conversation(trace);
        talk.Handshake(0);
        talk.Data(20, 1, 100);
        talk.ServerData(60, 1, 1000, ack: 101);
        talk.ClientAck(70, 1001, seq: 101);
        talk.Data(80, 101, 100, ack: 1001);
        talk.Data(400, 101, 100, ack: 1001);
        talk.ServerData(460, 1001, 1000, ack: 201);

        var (timed, untimed) = (trace.Analyse(), trace.Analyse(new TcpAnalysisOptions { TimesApplications = false }));

        Assert.NotEmpty(timed.Of<ExchangeTiming>());
        Assert.NotEmpty(timed.Of<SegmentFate>());
        Assert.Equal(timed.Facts.Where(f => f is not ExchangeTiming).Select(f => f.ToString()), untimed.Facts.Select(f => f.ToString()));
    }
}
