using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Talk;

/// <summary>Times without window: start, probes, answers, end.</summary>
public class ZeroWindowTests
{
    [Fact]
    public void Probes_and_answers_are_counted_until_it_opens()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        var first = c.Ack(30, 101, window: 0);
        c.Data(240, 100, 0, flags: 16);
        c.Ack(241, 101, window: 0);
        c.Data(640, 101, 1, flags: 16);
        c.Ack(900, 101, window: 500);
        c.Data(901, 101, 100);

        var period = Assert.Single(trace.Analyse().Of<ZeroWindowPeriod>());

        Assert.Equal((false, 2, 2, true, first), (period.ReceiverIsClient, period.Probes, period.ProbesAnswered, period.Reopened, (int)period.From.Frame!));
        Assert.Equal(TimeSpan.FromMilliseconds(870), period.Duration);
    }

    [Fact]
    public void A_reset_ends_it_unopened()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101, window: 0);
        c.Data(240, 100, 0, flags: 16);
        c.Add(500, true, c.FromClient(101, 1, 0, 20));

        var period = Assert.Single(trace.Analyse().Of<ZeroWindowPeriod>());
        Assert.Equal((1, 0, false, TimeSpan.FromMilliseconds(470)), (period.Probes, period.ProbesAnswered, period.Reopened, period.Duration));
    }

    [Fact]
    public void The_end_of_the_capture_ends_it_too_and_each_period_is_one()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(30, 101, window: 0);
        c.Ack(80, 101, window: 500);
        c.Data(81, 101, 100);
        c.Ack(90, 201, window: 0);
        var other = new Conversation(trace) { Client = new(c.Client.Address, 40001) };
        other.Handshake(580, 10);

        var periods = trace.Analyse().Of<ZeroWindowPeriod>();

        Assert.Equal([true, false], periods.Select(p => p.Reopened));
        Assert.Equal([50.0, 500.1], periods.Select(p => p.Duration.TotalMilliseconds));
    }

    private static (Trace Trace, Conversation Conversation) Start()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        return (trace, c);
    }
}
