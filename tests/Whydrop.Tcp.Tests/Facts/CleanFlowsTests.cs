using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Facts;

/// <summary>Connections without anything unusual: no fact for each, and all the same to be had.</summary>
public class CleanFlowsTests
{
    private readonly TcpAnalysis analysis = Mixed().Analyse().Analysis;

    [Fact]
    public void What_is_told_of_each_is_told_when_it_is_asked_for()
    {
        var all = Facts(out _);
        var some = analysis.Facts("trace.pcap", 3, _ => VantagePoint.Unknown, clean: false, 1000, out var clean).ToList();
        analysis.ReleaseDetails();
        var later = Enumerable.Range(0, clean.Count).Select(i => clean.Fact(clean[i].Flow)).ToList();

        Assert.Equal((8, 2), (clean.Count, some.OfType<TcpFlow>().Count()));
        Assert.Equal(all.OfType<TcpFlow>().Select(Text).Order(StringComparer.Ordinal), some.Concat(later).OfType<TcpFlow>().Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Those_beyond_the_limit_of_facts_can_be_had_up_to_a_limit_of_their_own()
    {
        var limited = Mixed().Analyse(new TcpAnalysisOptions { MostCleanFlows = 3 }).Analysis;

        var told = limited.Facts("trace.pcap", 3, _ => VantagePoint.Unknown, clean: true, mostUntold: 4, out var untold).OfType<TcpFlow>().Select(f => f.Flow).ToList();

        Assert.Equal([0, 1, 2, 8, 9], told);
        Assert.Equal([3, 4, 5, 6], Enumerable.Range(0, untold.Count).Select(i => untold[i].Flow));
    }

    [Fact]
    public void Everything_else_is_told_as_before_but_for_the_times_of_their_applications()
    {
        var all = Facts(out _);
        var some = analysis.Facts("trace.pcap", 3, _ => VantagePoint.Unknown, clean: false, 1000, out _).ToList();

        Assert.NotEmpty(some.OfType<Pause>());
        Assert.Equal(all.Where(f => f is not (TcpFlow or ExchangeTiming)).Select(Kind), some.Where(f => f is not (TcpFlow or ExchangeTiming)).Select(Kind));
    }

    [Fact]
    public void A_glance_says_what_the_fact_says()
    {
        _ = Facts(out var clean);
        for (var i = 0; i < clean.Count; i++)
        {
            var (glance, fact) = (clean[i], clean.Fact(clean[i].Flow));
            Assert.Equal((fact.Flow, fact.Capture, fact.From.Frame, fact.Frames, fact.Encapsulation), (glance.Flow, clean.Capture(glance.Point), glance.FirstFrame, glance.Frames, glance.Encapsulation));
            Assert.Equal((fact.FromClient.InitialSequence, fact.FromServer.InitialSequence), (glance.Client, glance.Server));
            Assert.Equal((fact.FromClient.LargestDatagram, fact.FromServer.LargestDatagram), (glance.LargestFromClient, glance.LargestFromServer));
            Assert.Equal((fact.FromClient.MinRtt ?? fact.HandshakeRtt ?? TimeSpan.Zero) + (fact.FromServer.MinRtt ?? TimeSpan.Zero), glance.RoundTrip);
            // The even ones began with a segment of the server.
            Assert.Equal(fact.Client.Port % 2 == 1, glance.FirstFromClient);
        }
    }

    private List<Fact> Facts(out CleanFlows clean)
    {
        _ = analysis.Facts("trace.pcap", 3, _ => VantagePoint.Unknown, clean: false, 1000, out clean);
        return [.. analysis.Facts("trace.pcap", 3, _ => VantagePoint.Unknown)];
    }

    private static string Text(TcpFlow flow) => (flow with { FromClient = flow.FromClient with { Observations = Empty }, FromServer = flow.FromServer with { Observations = Empty } }).ToString();

    private static Dictionary<string, long> Empty { get; } = [];

    private static string Kind(Fact fact) => fact is Pause ? fact.ToString() : $"{fact.GetType().Name} {fact.At} {fact.From}";

    /// <summary>Ten connections; the last two lose a segment.</summary>
    private static Trace Mixed()
    {
        var trace = new Trace();
        for (var n = 0; n < 10; n++)
        {
            var (c, at) = (new Conversation(trace, (uint)(1000 * n) + 7, (uint)(5000 * n) + 9) { Client = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 40000 + n) }, n * 10_000.0);
            var answered = 1;
            if (n % 2 == 1)
            {
                c.Handshake(at, 1 + n);
            }
            else
            {
                c.ServerData(at, 1, 50);
                c.ClientAck(at + 1, 51);
                answered = 51;
            }

            c.Data(at + 20, 1, 100, ack: answered);
            if (n >= 8)
            {
                c.Data(at + 250, 1, 100, ack: answered);
            }

            var answer = n >= 8 ? at + 255 : at + 25;
            c.ServerData(answer, answered, 300, 101);
            c.ClientAck(answer + 1, answered + 300, 101);

            // Nothing is open, and nobody speaks.
            c.Data(at + 3_000, 101, 100, ack: answered + 300);
            c.ServerData(at + 3_005, answered + 300, 10, 201);
            c.ClientAck(at + 3_006, answered + 310, 201);
        }

        return trace;
    }
}
