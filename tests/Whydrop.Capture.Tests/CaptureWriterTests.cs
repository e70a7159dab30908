namespace Whydrop.Capture.Tests;

public sealed class CaptureWriterTests
{
    [Fact]
    public void Pcapng_comes_back_as_written()
    {
        using var stream = new MemoryStream();
        string longComment = new('c', 70_000);
        using (CaptureWriter writer = CaptureWriter.Pcapng(stream))
        {
            Assert.Equal(0, writer.AddInterface(1, "eth0", "node-a", 128));
            Assert.Equal(1, writer.AddInterface(276, null));
            writer.Write(0, 1_700_000_000_123_456_789, Samples.Bytes(61), 1500, 2, "lost behind here ✓", 4);
            writer.Write(1, 1_700_000_001_000_000_000, [], 60);
            writer.Write(1_700_000_002_000_000_001, Samples.Bytes(4), 4);
            writer.Write(0, -5, Samples.Bytes(262_144), 262_144, comment: longComment);
            writer.WriteStatistics(0, 1_700_000_003_000_000_000, received: 100, interfaceDropped: 0, osDropped: 9);
            writer.WriteStatistics(1, 1_700_000_003_000_000_000, filterAccepted: 5, delivered: 6);
        }

        Reading reading = Reading.Of(stream.ToArray());
        reading.Ends(CaptureEndingKind.Complete, stream.ToArray().Length);
        Assert.Equal([(1_700_000_000_123_456_789, 0, 1500, 2u), (1_700_000_001_000_000_000, 1, 60, 0u), (1_700_000_002_000_000_001, 0, 4, 0u), (0, 0, 262_144, 0u)],
            reading.Frames.Select(f => (f.Time, f.Interface, f.OriginalLength, f.Flags)));
        Assert.Equal([61, 0, 4, 262_144], reading.Frames.Select(f => f.Bytes.Length));
        Assert.Equal(["lost behind here ✓"], reading.Frames[0].Comments);
        Assert.Equal(4L, reading.Frames[0].DropCount);
        Assert.Equal([longComment[..65_535]], reading.Frames[3].Comments);
        CaptureInterface eth0 = reading.Interfaces[0];
        Assert.Equal(("eth0", "node-a", 1, 128u, 1.0), (eth0.Name, eth0.Description, eth0.LinkType, eth0.SnapLength, eth0.ResolutionNanoseconds));
        Assert.Equal((100L, 0L, 9L, null, null), (eth0.Received, eth0.InterfaceDropped, eth0.OsDropped, eth0.FilterAccepted, eth0.Delivered));
        Assert.Equal((null, 276, 5L, 6L), (reading.Interfaces[1].Name, reading.Interfaces[1].LinkType, reading.Interfaces[1].FilterAccepted, reading.Interfaces[1].Delivered));
    }

    [Theory]
    [InlineData(false, 1_700_000_000_123_456_000)]
    [InlineData(true, 1_700_000_000_123_456_789)]
    public void Pcap_comes_back_as_written(bool nanoseconds, long time)
    {
        using var stream = new MemoryStream();
        using (CaptureWriter writer = CaptureWriter.Pcap(stream, 113, nanoseconds, 96))
        {
            for (int i = 0; i < 3000; i++)
            {
                writer.Write(1_700_000_000_123_456_789, Samples.Bytes(i), i + 1);
            }
        }

        Reading reading = Reading.Of(stream.ToArray());
        Assert.Equal((113, 96u), (reading.Interfaces[0].LinkType, reading.Interfaces[0].SnapLength));
        Assert.Equal(3000, reading.Frames.Count);
        Assert.All(reading.Frames, f =>
        {
            Assert.Equal((time, (int)f.Number), (f.Time, f.OriginalLength));
            Assert.Equal(Samples.Bytes((int)f.Number - 1), f.Bytes);
        });
        reading.Ends(CaptureEndingKind.Complete, stream.ToArray().Length);
    }

    [Fact]
    public void Flush_leaves_a_readable_file()
    {
        using var stream = new MemoryStream();
        using CaptureWriter writer = CaptureWriter.Pcap(stream, 1);
        writer.Write(5, Samples.Bytes(5), 5);
        writer.Flush();
        Assert.Single(Reading.Of(stream.ToArray()).Frames);
    }

    [Fact]
    public void What_the_format_cannot_hold_is_refused()
    {
        using CaptureWriter pcap = CaptureWriter.Pcap(new MemoryStream(), 1);
        Assert.Throws<InvalidOperationException>(() => pcap.AddInterface(1));
        Assert.Throws<InvalidOperationException>(() => pcap.Write(0, 0, [], 0, comment: "no"));
        Assert.Throws<InvalidOperationException>(() => pcap.WriteStatistics(0, 0));
        Assert.Throws<ArgumentException>(() => pcap.Write(0, new byte[262_145], 262_145));
        using CaptureWriter pcapng = CaptureWriter.Pcapng(new MemoryStream());
        Assert.Throws<ArgumentOutOfRangeException>(() => pcapng.Write(0, [], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => pcapng.WriteStatistics(1, 0));
    }
}
