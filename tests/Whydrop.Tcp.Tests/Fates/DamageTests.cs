using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>Segments whose checksum is wrong where they are captured: their receiver throws them away.</summary>
public class DamageTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_segment_is_lost_and_the_next_transmission_arrives(bool timestamps)
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = timestamps };
        c.Handshake(0, 10);
        Exchange(c, 20, 1, 4);
        var damaged = c.Repeat(30, c.FromClient(401, 1, 100, 24) with { BadChecksum = true, IpId = 900, Timestamp = timestamps ? (100_030, 100_029) : null });
        c.Data(30.1, 501, 100);
        c.Data(30.2, 601, 100);
        c.Ack(40, 401, 0, sack: (501, 601));
        c.Ack(40.1, 401, 0, sack: (501, 701));
        var again = c.Data(50, 401, 100);
        c.Ack(60, 701, 50);

        var analysed = trace.Analyse();
        var fate = Assert.Single(analysed.Of<SegmentFate>());

        Assert.Equal((Fate.LostAfter, true, damaged, false), (fate.Fate, fate.Proven, (int)fate.From.Frame!, fate.NeverDelivered));
        Assert.Equal(1, analysed.Of<TcpFlow>()[0].FromClient.Observations["BadChecksum"]);
        Assert.True(again > damaged);
    }

    [Fact]
    public void A_damaged_last_segment_is_lost_though_nothing_shows_the_hole()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Handshake(0, 10);
        Exchange(c, 20, 1, 4);
        var damaged = c.Repeat(30, c.FromClient(401, 1, 100, 24) with { BadChecksum = true, IpId = 900 });
        c.Data(31, 401, 100);
        c.Ack(31.5, 501);

        var fate = Assert.Single(trace.Analyse().Of<SegmentFate>());
        Assert.Equal((Fate.LostAfter, damaged), (fate.Fate, (int)fate.From.Frame!));
    }

    [Fact]
    public void Numbers_out_of_reach_belong_to_nobody_and_a_damaged_SYN_is_told()
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 10);
        Exchange(c, 20, 1, 4);
        c.Repeat(30, c.FromClient(0x4000_0000, 1, 100, 24) with { BadChecksum = true });
        c.Repeat(32, c.FromClient(0, 1, 0, 2) with { BadChecksum = true, From = new(c.Client.Address, 41000) });

        var analysed = trace.Analyse();

        Assert.Empty(analysed.Of<SegmentFate>());
        Assert.Equal(ControlKind.Syn, Assert.Single(analysed.Of<ControlSegment>()).Kind);
        Assert.Equal([0, 1], analysed.Of<TcpFlow>().Select(f => f.FromClient.Observations.GetValueOrDefault("BadChecksum")));
        Assert.Equal(2, Assert.Single(analysed.Of<CaptureSummary>()).BadChecksums);
    }

    [Fact]
    public void A_capture_with_hardly_a_good_checksum_shows_no_damage()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        for (var i = 0; i < 20; i++)
        {
            trace.Add(i, c.FromClient(1 + (i * 100), 1, 100, 24) with { BadChecksum = true, IpId = (ushort)i });
        }

        Assert.Empty(Assert.Single(trace.Analyse().Of<TcpFlow>()).FromClient.Observations);
    }

    [Fact]
    public void After_the_first_damage_every_frame_is_verified()
    {
        var trace = new Trace();
        var c = new Conversation(trace) { Timestamps = false };
        c.Handshake(0, 1);
        Exchange(c, 2, 1, 10_000);
        c.Repeat(20_000, c.FromClient(1_000_001, 1, 100, 24) with { BadChecksum = true, IpId = 900 });
        var known = trace.Analyse().Of<TcpFlow>()[0].FromClient.Observations.Count; // One in 64 is verified up to here.
        for (var i = 0; i < 64; i++)
        {
            c.Repeat(20_001 + i, c.FromClient(1_000_101 + (100 * i), 1, 100, 24) with { BadChecksum = i > 0, IpId = (ushort)(901 + i) });
        }

        Assert.InRange(known, 0, 1);
        Assert.InRange(trace.Analyse().Of<TcpFlow>()[0].FromClient.Observations["BadChecksum"], 1, 64);
    }

    private static void Exchange(Conversation c, double at, long seq, int segments)
    {
        for (var i = 0; i < segments; i++)
        {
            c.Data(at + i, seq + (i * 100), 100);
            c.Ack(at + i + 0.5, seq + 100 + (i * 100), at + i);
        }
    }
}
