namespace Whydrop.Capture.Tests;

public sealed class PcapTests
{
    [Theory]
    [InlineData(false, 0xA1B2C3D4, "pcap", 1_700_000_000_000_999_000)]
    [InlineData(true, 0xA1B2C3D4, "pcap", 1_700_000_000_000_999_000)]
    [InlineData(false, 0xA1B23C4D, "pcap (ns)", 1_700_000_000_000_000_999)]
    [InlineData(true, 0xA1B23C4D, "pcap (ns)", 1_700_000_000_000_000_999)]
    public void Resolutions_and_byte_orders(bool bigEndian, uint magic, string format, long time)
    {
        Reading reading = Reading.Of(new FileBuilder(bigEndian).PcapHeader(magic, network: 276, snapLength: 128)
            .PcapRecord(1_700_000_000, 999, Samples.Bytes(3), 1500));
        ReadFrame frame = Assert.Single(reading.Frames);
        Assert.Equal((time, 1500, 0), (frame.Time, frame.OriginalLength, frame.Interface));
        Assert.Equal(Samples.Bytes(3), frame.Bytes);
        CaptureInterface of = Assert.Single(reading.Interfaces);
        Assert.Equal((276, 128u, null), (of.LinkType, of.SnapLength, of.Name));
        Assert.Equal(format, reading.Format);
        reading.Ends(CaptureEndingKind.Complete, 24 + 16 + 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Modified_records_are_longer_and_say_the_direction(bool bigEndian)
    {
        Reading reading = Reading.Of(Samples.Modified(bigEndian));
        Assert.Equal("pcap (modified)", reading.Format);
        Assert.Equal([1u, 2u], reading.Frames.Select(f => f.Flags));
        Assert.Equal([1_700_000_000_000_005_000, 1_700_000_001_000_006_000], reading.Frames.Select(f => f.Time));
        Assert.Equal(Samples.Bytes(21), reading.Frames[1].Bytes);
        Assert.Equal(CaptureEndingKind.Complete, reading.Ending.Kind);
    }

    [Theory]
    [InlineData(0x5400_0001u, 1, 10)]
    [InlineData(0x2400_0001u, 1, 4)]
    [InlineData(0x2000_0001u, 1, null)]
    [InlineData(0x03FF_0113u, 0x113, null)]
    [InlineData(12u, 101, null)]
    [InlineData(14u, 101, null)]
    [InlineData(108u, 108, null)]
    public void Link_type_field(uint network, int linkType, int? fcs)
    {
        CaptureInterface of = Assert.Single(Reading.Of(new FileBuilder(false).PcapHeader(network: network)).Interfaces);
        Assert.Equal((linkType, fcs), (of.LinkType, of.FrameCheckSequenceLength));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(543, 0)]
    public void Old_versions_may_exchange_the_lengths(int major, int minor)
    {
        Reading reading = Reading.Of(new FileBuilder(true).PcapHeader(major: major, minor: minor)
            .PcapRecord(1, 0, Samples.Bytes(60), original: 60, captured: 1500)
            .PcapRecord(2, 0, Samples.Bytes(61), original: 1500, captured: 61));
        Assert.Equal([60, 61], reading.Frames.Select(f => f.Bytes.Length));
        // The rule is the lengths' order, as libpcap has it for 2.3.
        Assert.All(reading.Frames, f => Assert.Equal(1500, f.OriginalLength));
    }

    [Fact]
    public void More_kept_than_on_the_wire_counts_as_kept()
    {
        Reading reading = Reading.Of(new FileBuilder(false).PcapHeader(snapLength: 10)
            .PcapRecord(1, 0, Samples.Bytes(60), original: 40)
            .PcapRecord(2, 0, Samples.Bytes(0), original: uint.MaxValue));
        Assert.Equal([60, int.MaxValue], reading.Frames.Select(f => f.OriginalLength));
        Assert.Equal(1, reading.FramesLongerThanWire);
        Assert.Equal(CaptureEndingKind.Complete, reading.Ending.Kind);
    }

    [Fact]
    public void An_insane_length_stops_the_reading_behind_the_good_frames()
    {
        Reading reading = Reading.Of(new FileBuilder(false).PcapHeader()
            .PcapRecord(1, 0, Samples.Bytes(60))
            .PcapRecord(2, 0, Samples.Bytes(60), captured: 262_145));
        Assert.Single(reading.Frames);
        reading.Ends(CaptureEndingKind.Damaged, 24 + 76, "frame 2 claims 262145 bytes");
    }

    [Fact]
    public void The_largest_frames_pass_through_the_window()
    {
        FileBuilder file = new FileBuilder(false).PcapHeader();
        for (int i = 0; i < 5; i++)
        {
            file.PcapRecord((uint)i, 0, Samples.Bytes(262_144, i));
        }

        Reading reading = Reading.Of(file);
        Assert.Equal(5, reading.Frames.Count);
        Assert.All(reading.Frames, f => Assert.Equal(Samples.Bytes(262_144, (int)f.Number - 1), f.Bytes));
    }

    [Fact]
    public void Many_frames_keep_their_numbers_and_bytes_over_batches()
    {
        FileBuilder file = new FileBuilder(false).PcapHeader();
        for (int i = 0; i < 20_000; i++)
        {
            file.PcapRecord((uint)i, 0, Samples.Bytes(i % 200, i));
        }

        Reading reading = Reading.Of(file);
        Assert.Equal(20_000, reading.Frames.Count);
        Assert.All(reading.Frames, f => Assert.Equal(Samples.Bytes((int)(f.Number - 1) % 200, (int)f.Number - 1), f.Bytes));
        reading.Ends(CaptureEndingKind.Complete, file.Length);
        Assert.Equal((file.Length, (long?)file.Length), (reading.Position, reading.Length));
    }

    [Fact]
    public void A_header_alone_is_a_whole_capture_without_frames()
    {
        Reading reading = Reading.Of(new FileBuilder(false).PcapHeader());
        Assert.Empty(reading.Frames);
        reading.Ends(CaptureEndingKind.Complete, 24);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_put_one_behind_another_are_one_capture(bool bigEndian)
    {
        byte[] one = Samples.Pcap(bigEndian);
        Reading reading = Reading.Of([.. one, .. one, .. one]);
        Assert.Equal(12, reading.Frames.Count);
        Assert.Equal(reading.Frames[0].Time, reading.Frames[8].Time);
        reading.Ends(CaptureEndingKind.Complete, 3 * one.Length);
        for (int length = 1; length < 24; length++)
        {
            Reading cut = Reading.Of([.. one, .. one[..length]]);
            Assert.Equal(4, cut.Frames.Count);
            cut.Ends(CaptureEndingKind.Truncated, one.Length);
        }
    }

    [Fact]
    public void A_file_of_another_link_type_behind_the_first_is_not_mixed_in()
    {
        byte[] one = Samples.Pcap(false);
        Reading reading = Reading.Of([.. one, .. new FileBuilder(false).PcapHeader(network: 113).PcapRecord(1, 0, Samples.Bytes(60)).ToArray()]);
        Assert.Equal(4, reading.Frames.Count);
        reading.Ends(CaptureEndingKind.Damaged, one.Length, "another capture starts behind frame 4, of link type 113");
    }
}
