using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Facts;

/// <summary>ICMP errors about the path, and what may be said of lengths after them.</summary>
public class PathMtuTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_error_tells_what_it_quotes_and_later_large_frames_have_no_certain_length(bool ipv6)
    {
        var trace = new Trace();
        var c = new Conversation(trace, ipv6: ipv6) { Mss = 1440 };
        var header = ipv6 ? 72 : 52;
        c.Handshake(0, 10);
        c.Data(20, 1, 1428);
        var quoted = c.Last!;
        var error = trace.Add(21, Wrapping.TooBig(quoted.ToFrame(), ipv6 ? "2001:db8::9" : "10.0.0.9", 1300));
        c.Data(21.5, 1, 1428);
        c.Ack(32, 1429, 21.5);
        c.Data(33, 1429, 1000);
        c.Ack(43, 2429, 33);

        var result = trace.Analyse();

        var told = Assert.Single(result.Of<IcmpError>());
        Assert.Equal((ipv6 ? 6 : 4, (int?)1300, (int?)6, (int?)(1428 + header)), (told.Version, told.NextHopMtu, told.QuotedProtocol, told.QuotedLength));
        Assert.Equal((c.Client, c.Server, (uint?)quoted.Seq, (long?)error), (told.QuotedSource, told.QuotedDestination, told.QuotedSequence, told.From.Frame));
        var lost = Assert.Single(result.Of<SegmentFate>());
        Assert.Equal((Fate.LostAfter, (int?)(1428 + header)), (lost.Fate, lost.DatagramLength));
        Assert.Equal([(1000 + header, 1L, 0L), (1428 + header, 0L, 1L)], result.Of<DatagramSizes>().Single().Sizes.Select(s => (s.DatagramLength, s.Delivered, s.Lost)));
    }

    [Fact]
    public void A_merged_frame_without_a_handshake_has_no_certain_length()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Data(0, 1, 10);
        c.Ack(1, 11, 1);
        c.Data(20, 11, 4000);
        c.Data(20.1, 4011, 100);
        c.Ack(30, 11, 1, sack: (4011, 4111));
        c.Ack(30.1, 11, 1, sack: (4011, 4111));
        c.Data(240, 11, 4000);
        c.Ack(250, 4111, 240);

        var result = trace.Analyse();

        Assert.NotEmpty(result.Of<SegmentFate>());
        Assert.All(result.Of<SegmentFate>(), f => Assert.Null(f.DatagramLength));
        Assert.DoesNotContain(result.Of<DatagramSizes>().SelectMany(s => s.Sizes), s => s.DatagramLength > 200);
    }
}
