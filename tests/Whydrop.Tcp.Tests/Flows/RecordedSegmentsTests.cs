using Whydrop.Capture;
using Whydrop.Tcp.Recording;
using Whydrop.Tcp.Tests.Building;
using Whydrop.Wire;

namespace Whydrop.Tcp.Tests.Flows;

/// <summary>What is recorded of each segment, in which order, and when nothing is.</summary>
public sealed class RecordedSegmentsTests
{
    [Theory]
    [InlineData(false, true, null)]
    [InlineData(false, false, null)]
    [InlineData(true, true, null)]
    [InlineData(false, true, 70)]
    [InlineData(false, true, 60)]
    public void Records_are_those_of_the_decoded_frames_in_capture_order(bool ipv6, bool timestamps, int? captured)
    {
        var trace = new Trace();
        var talk = new Conversation(trace, ipv6: ipv6) { Timestamps = timestamps };
        talk.Handshake(0);
        for (var i = 0; i < 20; i++)
        {
            talk.Data(20 + (i * 10), 1 + (i * 3), 3, ack: 1 + (i * 700));
            talk.ServerData(25 + (i * 10), 1 + (i * 700), 700, ack: 4 + (i * 3), ipId: i == 9 ? (ushort)7 : null);
        }

        talk.Data(300, 58, 3, ack: 14_001); // Sent again: the careful way.
        var file = Cut(trace.ToArray(), captured);

        var recorded = Analyse(file, 1000).Segments!;

        Assert.Equal(Decoded(file, client: true), Records(recorded, 0, fromClient: true));
        Assert.Equal(Decoded(file, client: false), Records(recorded, 0, fromClient: false));
    }

    [Fact]
    public void A_connection_of_many_blocks_keeps_its_order()
    {
        var trace = new Trace();
        var talks = Enumerable.Range(0, 3).Select(n => new Conversation(trace, (uint)(1000 * n)) { Client = new(System.Net.IPAddress.Parse("10.0.0.1"), 40000 + n) }).ToArray();
        for (var i = 0; i < 50_000; i++)
        {
            talks[i % 3].Data(i, 1 + (i / 3 * 10), 10);
            talks[(i + 1) % 3].ServerData(i + 0.5, 1 + (i * 10L), 10);
        }

        var recorded = Analyse(trace.ToArray(), 1_000_000).Segments!;

        Assert.Equal(100_000, Enumerable.Range(0, 3).Sum(f => Records(recorded, f, true).Length + Records(recorded, f, false).Length));
        for (var flow = 0; flow < 3; flow++)
        {
            Assert.True(recorded.Of(flow, true, 1).Count > 0);
            Assert.Equal(Records(recorded, flow, true).OrderBy(r => r.Frame), Records(recorded, flow, true));
            Assert.Equal(Records(recorded, flow, false).OrderBy(r => r.Frame), Records(recorded, flow, false));
        }
    }

    [Fact]
    public void Nothing_is_recorded_beyond_the_room_and_the_room_is_given_back()
    {
        var trace = new Trace();
        var talk = new Conversation(trace);
        talk.Handshake(0);
        for (var i = 0; i < 200; i++)
        {
            talk.Data(20 + i, 1 + (i * 10), 10);
        }

        var allowance = new SegmentAllowance(250);

        Assert.Null(Analyse(trace.ToArray(), new SegmentAllowance(202)).Segments);
        Assert.NotNull(Analyse(trace.ToArray(), allowance).Segments);
        Assert.Null(Analyse(trace.ToArray(), allowance).Segments);
        Assert.True(allowance.Take(47));
        Assert.False(allowance.Take(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70_000)]
    public void What_does_not_fit_in_memory_is_kept_in_the_temporary_folder_each_direction_in_one_piece(long most)
    {
        var trace = new Trace();
        var talks = Enumerable.Range(0, 3).Select(n => new Conversation(trace, (uint)(1000 * n)) { Client = new(System.Net.IPAddress.Parse("10.0.0.1"), 40000 + n) }).ToArray();
        for (var i = 0; i < 100_000; i++)
        {
            talks[i % 3].Data(i, 1 + (i / 3 * 10), 10);
            talks[(i + 1) % 3].ServerData(i + 0.5, 1 + (i * 10L), 10);
        }

        var folder = Directory.CreateTempSubdirectory("whydrop-test-");
        try
        {
            var (file, allowance) = (trace.ToArray(), new SegmentAllowance(most) { Folder = folder.FullName });

            using var recorded = Analyse(file, allowance).Segments!;

            Assert.Empty(folder.GetFiles());
            Assert.True(allowance.Take(most));
            using var inMemory = Analyse(file, 1_000_000).Segments!;
            for (var flow = 0; flow < 3; flow++)
            {
                Assert.Equal(Records(inMemory, flow, true), Records(recorded, flow, true));
                Assert.Equal(Records(inMemory, flow, false), Records(recorded, flow, false));
                Assert.Equal(0, recorded.Of(flow, true, 1).Count);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Without_a_folder_to_write_to_nothing_is_recorded_beyond_the_room()
    {
        var trace = new Trace();
        new Conversation(trace).Handshake(0);

        Assert.Null(Analyse(trace.ToArray(), new SegmentAllowance(1) { Folder = "/nonexistent/folder" }).Segments);
    }

    [Fact]
    public void What_was_given_back_cannot_be_read()
    {
        var trace = new Trace();
        new Conversation(trace).Handshake(0);
        var recorded = Analyse(trace.ToArray(), 1000).Segments!;
        var (area, start, count) = recorded.Of(0, true, 0);
        Assert.Equal(2, area.Slice(start, count).Length);

        recorded.Dispose();

        Assert.Throws<ArgumentOutOfRangeException>(() => area.Slice(start, count).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => area[start].Length);
    }

    [Fact]
    public void A_capture_that_shows_a_datagram_twice_or_a_piece_of_one_records_nothing()
    {
        foreach (var fragment in new[] { false, true })
        {
            var trace = new Trace();
            var talk = new Conversation(trace);
            talk.Handshake(0);
            var packet = talk.FromClient(1, 1, 1400, 24) with { IpId = 77 };
            if (fragment)
            {
                foreach (var piece in Wrapping.InFragments(packet.ToFrame(), 800))
                {
                    trace.Add(20, piece);
                }
            }
            else
            {
                trace.Add(20, packet);
                trace.Add(20.01, packet);
            }

            Assert.Null(Analyse(trace.ToArray(), 1000).Segments);
        }
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(3u)]
    [InlineData(5_000u)]
    [InlineData(10_000_000u)]
    [InlineData(uint.MaxValue)]
    public void Places_are_sorted_by_direction_and_otherwise_left_in_order(uint most)
    {
        var random = new Random(5);
        var sorter = new SegmentSorter();
        foreach (var length in new[] { 0, 1, 2, 1000, 65_536, 300 })
        {
            var directions = Enumerable.Range(0, length).Select(_ => (uint)random.NextInt64(most)).ToArray();

            Assert.Equal(Enumerable.Range(0, length).OrderBy(i => directions[i]).Select(i => (ushort)i), sorter.Sort(directions).ToArray());
        }
    }

    private static TcpAnalysis Analyse(byte[] file, long room) => Analyse(file, new SegmentAllowance(room));

    private static TcpAnalysis Analyse(byte[] file, SegmentAllowance allowance)
    {
        using var capture = CaptureFile.Open(new MemoryStream(file), "trace.pcap");
        return TcpAnalysis.Run(capture, new TcpAnalysisOptions { Recording = allowance });
    }

    private static SegmentRecord[] Records(RecordedSegments recorded, int flow, bool fromClient)
    {
        var all = new List<SegmentRecord>();
        for (var piece = 0; recorded.Of(flow, fromClient, piece) is { Count: > 0 } records; piece++)
        {
            all.AddRange(records.Area.Slice(records.Start, records.Count));
        }

        return [.. all];
    }

    private static SegmentRecord[] Decoded(byte[] file, bool client)
    {
        using var capture = CaptureFile.Open(new MemoryStream(file), "trace.pcap");
        using var batch = new FrameBatch();
        var (all, headers) = (new List<SegmentRecord>(), default(PacketHeaders));
        while (capture.Read(batch))
        {
            for (var i = 0; i < batch.Frames.Length; i++)
            {
                var frame = batch.Frames[i];
                FrameDecoder.Decode(LinkType.Ethernet, batch.Bytes(frame), frame.OriginalLength, ref headers);
                if (headers.DestinationPort == 80 == client)
                {
                    all.Add(SegmentRecord.Of(headers, batch.Bytes(frame), frame.UnixNanoseconds, batch.FirstFrameNumber + i));
                }
            }
        }

        return [.. all];
    }

    /// <summary>The same frames under a smaller snap length.</summary>
    private static byte[] Cut(byte[] file, int? captured)
    {
        if (captured is not { } most)
        {
            return file;
        }

        var cut = new List<byte>(file[..24]);
        for (var at = 24; at < file.Length;)
        {
            var length = BitConverter.ToInt32(file, at + 8);
            var kept = Math.Min(length, most);
            cut.AddRange([.. file[at..(at + 8)], .. BitConverter.GetBytes(kept), .. file[(at + 12)..(at + 16 + kept)]]);
            at += 16 + length;
        }

        return [.. cut];
    }
}
