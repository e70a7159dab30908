using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Facts;

/// <summary>IP fragments, plain and around a tunnel.</summary>
public class FragmentTests
{
    private static byte[] Large(ushort id) => (new Packet { Seq = 1, Length = 1400, IpId = id, DontFragment = false }).ToFrame();

    [Fact]
    public void Datagrams_are_whole_or_miss_their_first_or_a_later_piece()
    {
        var trace = new Trace();
        var whole = Wrapping.InFragments(Large(1), 600);
        var headless = Wrapping.InFragments(Large(2), 600);
        var cut = Wrapping.InFragments(Large(3), 600);
        Assert.Equal(3, whole.Count);
        foreach (var piece in whole.Reverse().Concat(headless.Skip(1)).Concat(cut.Take(2)))
        {
            _ = trace.Add(trace.Frames, piece);
        }

        var tally = Assert.Single(trace.Analyse().Of<FragmentTally>());

        Assert.Equal(("10.0.0.1", "10.0.0.2", 6), (tally.Source.ToString(), tally.Destination.ToString(), tally.Protocol));
        Assert.Equal((3L, 1L, 1L, 1L), (tally.Datagrams, tally.Complete, tally.MissingFirst, tally.MissingLater));
        Assert.Equal(1440, tally.LargestReassembled);
    }

    [Fact]
    public void A_piece_seen_twice_does_not_stand_for_another()
    {
        var trace = new Trace();
        var pieces = Wrapping.InFragments(Large(1), 600);
        foreach (var piece in new[] { pieces[0], pieces[0], pieces[0], pieces[2] })
        {
            _ = trace.Add(trace.Frames, piece);
        }

        var tally = Assert.Single(trace.Analyse().Of<FragmentTally>());

        Assert.Equal((0L, 1L), (tally.Complete, tally.MissingLater));
    }

    [Fact]
    public void A_fragmented_segment_claims_no_bytes_beyond_its_first_piece()
    {
        var trace = new Trace();
        _ = trace.Add(0, Wrapping.InFragments(Large(1), 600)[0]);
        _ = trace.Add(10, new Packet { From = new(System.Net.IPAddress.Parse("10.0.0.2"), 80), To = new(System.Net.IPAddress.Parse("10.0.0.1"), 40000), Ack = 1 });

        var result = trace.Analyse();

        Assert.Equal(0, result.Of<FateTally>().Sum(t => t.Bytes));
        Assert.Equal(1, result.Of<FragmentTally>().Single().MissingLater);
    }

    [Fact]
    public void The_outer_datagrams_of_a_tunnel_are_counted_between_its_ends()
    {
        var trace = new Trace();
        for (ushort id = 1; id <= 5; id++)
        {
            var outer = Wrapping.InVxlan(new Packet { Seq = id * 1400u, Length = 1400, IpId = id }.ToFrame(), "192.168.0.1", "192.168.0.2", 7, id);
            var pieces = Wrapping.InFragments(outer, 1400);
            _ = trace.Add(id, pieces[0]);
            if (id != 3)
            {
                _ = trace.Add(id + 0.01, pieces[1]);
            }
        }

        var result = trace.Analyse();

        var tally = Assert.Single(result.Of<FragmentTally>());
        Assert.Equal(("192.168.0.1", "192.168.0.2", 17), (tally.Source.ToString(), tally.Destination.ToString(), tally.Protocol));
        Assert.Equal((5L, 4L, 0L, 1L), (tally.Datagrams, tally.Complete, tally.MissingFirst, tally.MissingLater));
        Assert.Equal(5 * 1400, result.Of<TcpFlow>().Single().FromClient.Bytes + result.Of<TcpFlow>().Single().FromServer.Bytes);
    }

    [Fact]
    public void The_outer_datagrams_of_a_tunnel_over_IPv6_are_counted_too()
    {
        var trace = new Trace();
        for (uint id = 1; id <= 4; id++)
        {
            var inner = Wrapping.Datagram(new Packet { Seq = id * 1400u, Length = 1400 }.ToFrame());
            _ = trace.Add(id, Piece(inner.AsSpan(0, 1352), id, 0, more: true));
            if (id != 3)
            {
                _ = trace.Add(id + 0.01, Piece(inner.AsSpan(1352), id, 1352, more: false));
            }
        }

        var tally = Assert.Single(trace.Analyse().Of<FragmentTally>());

        Assert.Equal(("fd00::1", "fd00::2", 4), (tally.Source.ToString(), tally.Destination.ToString(), tally.Protocol));
        Assert.Equal((4L, 3L, 0L, 1L), (tally.Datagrams, tally.Complete, tally.MissingFirst, tally.MissingLater));
    }

    // RFC 8200 §3 and §4.5: the fixed header, then the fragment header.
    private static byte[] Piece(ReadOnlySpan<byte> payload, uint id, int at, bool more)
    {
        byte[] datagram = [0x60, 0, 0, 0, 0, 0, 44, 64, .. new byte[32], 4, 0, 0, 0, 0, 0, 0, 0, .. payload];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)(datagram.Length - 40));
        System.Net.IPAddress.Parse("fd00::1").GetAddressBytes().CopyTo(datagram, 8);
        System.Net.IPAddress.Parse("fd00::2").GetAddressBytes().CopyTo(datagram, 24);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(42), (ushort)(at | (more ? 1 : 0)));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(44), id);
        return Wrapping.InEthernet(datagram);
    }
}
