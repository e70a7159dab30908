using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Facts;

public class LoadTests
{
    [Fact]
    public void Bins_carry_the_round_trips_before_and_after_the_first_loss()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 5);
        var seq = 1L;
        for (var i = 0; i < 20; i++, seq += 100)
        {
            c.Data(100 + (i * 50), seq, 100);
            c.Ack(100 + (i * 50) + 10 + i, seq + 100, 100 + (i * 50));
        }

        c.Data(1200, seq, 100);
        c.Data(1200.1, seq + 100, 100);
        c.Ack(1220, seq, 0, sack: (seq + 100, seq + 200));
        c.Data(1221, seq, 100);
        c.Ack(1240, seq + 200, 1221);
        c.Data(3000, seq + 200, 100);
        c.Ack(3040, seq + 300, 3000);

        var bins = Assert.Single(trace.Analyse().Of<LoadTimeline>()).Bins;
        var measured = bins.Where(b => b.RttMicroseconds != 0).Select(b => b.RttMicroseconds).ToList();

        Assert.Contains(10_000, measured);
        Assert.Contains(29_000, measured);
        Assert.Contains(40_000, measured);
        Assert.Equal(1, bins.Sum(b => b.LostSegments));
    }
}
