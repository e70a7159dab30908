using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Talk;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Talk;

/// <summary>Times of the applications: answers, requests, acknowledgments, small segments that wait.</summary>
public class ExchangeTests
{
    [Fact]
    public void Answers_requests_and_acknowledgments_have_their_times()
    {
        var (trace, c) = Start();
        var (at, request, answer, slowest) = (20.0, 1, 1, 0);
        foreach (var wait in new[] { 30, 10, 500, 20, 40 })
        {
            c.Data(at, request, 100, answer);
            c.Data(at + 1, request + 100, 50, answer);
            c.Ack(at + 3, request + 150, seq: answer);
            var frame = c.ServerData(at + 1 + wait, answer, 300, request + 150);
            c.ServerData(at + 2 + wait, answer + 300, 300, request + 150);
            c.ClientAck(at + 2.5 + wait, answer + 600, request + 150);
            slowest = wait == 500 ? frame : slowest;
            at += wait + 102;
            request += 150;
            answer += 600;
        }

        var timing = Assert.Single(trace.Analyse().Of<ExchangeTiming>());

        Assert.Equal((5L, 30.0, 500.0, slowest), (timing.Exchanges, timing.MedianAnswer!.Value.TotalMilliseconds, timing.MaxAnswer!.Value.TotalMilliseconds, (int)timing.MaxAnswerFrame!));
        Assert.Equal((3.0, 100.0, 100.0), (timing.MedianAck!.Value.TotalMilliseconds, timing.MedianRequest!.Value.TotalMilliseconds, timing.MaxRequest!.Value.TotalMilliseconds));
        Assert.Equal((0L, null), (timing.SmallWaits, timing.SmallWaitMedian));
    }

    [Fact]
    public void Waiting_for_lost_bytes_is_no_time_of_an_application()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.ServerData(25, 1, 100, 101);
        c.ClientAck(25.1, 101, 101);
        c.Data(30, 101, 100, 101);
        c.Data(240, 101, 100, 101);
        c.ServerData(245, 101, 100, 201);
        c.ClientAck(245.1, 201, 201);

        var timing = Assert.Single(trace.Analyse().Of<ExchangeTiming>());

        Assert.Equal(2, timing.Exchanges);
        Assert.InRange(timing.MaxAnswer!.Value.TotalMilliseconds, 5, 5);
    }

    [Fact]
    public void An_answer_in_two_halves_is_one_exchange()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.ServerData(25, 1, 100, 101);
        c.ClientAck(26, 101, 101);
        c.ServerData(125, 101, 100, 101);
        c.ClientAck(126, 201, 101);

        Assert.Equal(1, Assert.Single(trace.Analyse().Of<ExchangeTiming>()).Exchanges);
    }

    [Fact]
    public void A_small_segment_that_waits_for_the_acknowledgment_of_another_is_counted()
    {
        var (trace, c) = Start();
        for (var i = 0; i < 5; i++)
        {
            c.Data(20 + (i * 100), 1 + (i * 110), 100, 1 + (i * 50));
            c.Ack(60 + (i * 100), 101 + (i * 110), seq: 1 + (i * 50));
            c.Data(60.1 + (i * 100), 101 + (i * 110), 10, 1 + (i * 50));
            c.ServerData(61 + (i * 100), 1 + (i * 50), 50, 111 + (i * 110));
            c.ClientAck(61.1 + (i * 100), 51 + (i * 50), 111 + (i * 110));
        }

        var timing = Assert.Single(trace.Analyse().Of<ExchangeTiming>());

        Assert.Equal((5L, 5L), (timing.Exchanges, timing.SmallWaits));
        Assert.Equal(40.1, timing.SmallWaitMedian!.Value.TotalMilliseconds, 0.01);
        Assert.Equal(40, timing.MedianAck!.Value.TotalMilliseconds);
    }

    [Fact]
    public void Messages_at_leisure_and_full_segments_do_not_wait()
    {
        var (trace, c) = Start();
        c.Data(20, 1, 100);
        c.Ack(25, 101);
        c.Data(95, 101, 100);
        c.Ack(100, 201);
        c.Data(200, 201, 1448);
        c.Ack(240, 1649);
        c.Data(240.1, 1649, 100);

        Assert.Empty(trace.Analyse().Of<ExchangeTiming>());
    }

    [Fact]
    public void A_sample_is_exact_while_it_has_room_and_near_beyond()
    {
        Sample few = default;
        Sample many = default;
        Assert.Null(few.Median());
        for (var i = 0; i < 100_000; i++)
        {
            var value = (long)((i * 7919) % 100_000) * 1000;
            if (i < Sample.Room)
            {
                few.Add(value);
            }

            many.Add(value);
        }

        Assert.Equal(Enumerable.Range(0, Sample.Room).Select(i => (i * 7919) % 100_000).Order().ElementAt(15), few.Median()!.Value.TotalMicroseconds);
        Assert.InRange(many.Median()!.Value.TotalMicroseconds, 30_000, 70_000);
    }

    private static (Trace Trace, Conversation Conversation) Start()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 2);
        return (trace, c);
    }
}
