namespace Whydrop.Capture.Tests;

public sealed class PcapngTests
{
    private static FileBuilder Start(bool bigEndian = false) => new FileBuilder(bigEndian).Section().Interface();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_construct_in_both_byte_orders(bool bigEndian)
    {
        Reading reading = Reading.Of(Samples.Pcapng(bigEndian));
        Assert.Equal("pcapng", reading.Format);
        Assert.Equal(CaptureEndingKind.Complete, reading.Ending.Kind);
        Assert.Equal(4, reading.Frames.Count);

        ReadFrame first = reading.Frames[0];
        Assert.Equal((1_700_000_060_000_000_001, 1500, 1u, 3L), (first.Time, first.OriginalLength, first.Flags, first.DropCount));
        Assert.Equal(["why"], first.Comments);
        Assert.Equal(Samples.Bytes(33), first.Bytes);
        Assert.Equal((1_700_000_000_000_002_000, 1), (reading.Frames[1].Time, reading.Frames[1].Interface));
        Assert.Equal((1_700_000_000_000_003_000, 1, 2L), (reading.Frames[2].Time, reading.Frames[2].Interface, reading.Frames[2].DropCount));
        ReadFrame simple = reading.Frames[3];
        Assert.Equal((0L, 0, 200, 96), (simple.Time, simple.Interface, simple.OriginalLength, simple.Bytes.Length));
        Assert.Equal(1, reading.FramesWithoutTime);

        CaptureInterface eth0 = reading.Interfaces[0];
        Assert.Equal(("eth0", "the first", "tcp port 80", 1, 96u), (eth0.Name, eth0.Description, eth0.Filter, eth0.LinkType, eth0.SnapLength));
        Assert.Equal((1000L, 7L, 900L, 8L, 892L), (eth0.Received, eth0.InterfaceDropped, eth0.FilterAccepted, eth0.OsDropped, eth0.Delivered));
        Assert.Equal((1_700_000_060_000_000_000, 1_700_000_069_000_000_000), (eth0.StartUnixNanoseconds, eth0.EndUnixNanoseconds));
        Assert.Equal((3L, 2L, 1.0), (eth0.DropCount, eth0.Frames, eth0.ResolutionNanoseconds));
        CaptureInterface any = reading.Interfaces[1];
        Assert.Equal(("any", 113, 2L, 2L, 1000.0), (any.Name, any.LinkType, any.DropCount, any.Frames, any.ResolutionNanoseconds));
        Assert.Null(any.Received);
        Assert.Null(any.StartUnixNanoseconds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sections_number_their_interfaces_on(bool bigEndian)
    {
        Reading reading = Reading.Of(Samples.Sections(bigEndian));
        Assert.Equal([0, 1, 1, 0, 2, 3, 3, 2], reading.Frames.Select(f => f.Interface));
        Assert.Equal([0, 1, 2, 3], reading.Interfaces.Select(i => i.Index));
        Assert.Equal([0, 0, 1, 1], reading.Interfaces.Select(i => i.Section));
        Assert.Equal(reading.Frames[0].Time, reading.Frames[4].Time);
    }

    [Theory]
    [InlineData(6, 0, 1_700_000_000_123_456UL, 1_700_000_000_123_456_000)]
    [InlineData(9, 0, 1_700_000_000_123_456_789UL, 1_700_000_000_123_456_789)]
    [InlineData(0, 0, 1_700_000_000UL, 1_700_000_000_000_000_000)]
    [InlineData(3, 0, 1_700_000_000_123UL, 1_700_000_000_123_000_000)]
    [InlineData(12, 0, 1_700_000_000_123_456UL, 1_700_000_000_123)]
    [InlineData(127, 0, ulong.MaxValue, 0)]
    [InlineData(0x80 | 10, 0, (1_700_000_000UL << 10) + 512, 1_700_000_000_500_000_000)]
    [InlineData(0x80 | 32, 0, (1_700_000_000UL << 32) + 1, 1_700_000_000_000_000_000)]
    [InlineData(0x80 | 0, 0, 7UL, 7_000_000_000)]
    [InlineData(0x80 | 127, 0, ulong.MaxValue, 0)]
    [InlineData(6, -10, 1_700_000_000_000_000UL, 1_699_999_990_000_000_000)]
    [InlineData(6, long.MaxValue, 5UL, long.MaxValue)]
    [InlineData(6, long.MinValue, 5UL, long.MinValue)]
    [InlineData(0, 0, ulong.MaxValue, long.MaxValue)]
    [InlineData(9, 0, ulong.MaxValue, long.MaxValue)]
    public void Times(int resolution, long offset, ulong ticks, long time)
    {
        Reading reading = Reading.Of(new FileBuilder(false).Section()
            .Interface(options: o => o.Option(9, (byte)resolution).Option64(14, (ulong)offset))
            .Enhanced(0, ticks, Samples.Bytes(4)));
        Assert.Equal(time, Assert.Single(reading.Frames).Time);
    }

    [Fact]
    public void Names_end_at_a_zero_and_cannot_steer_a_terminal()
    {
        Reading reading = Reading.Of(new FileBuilder(false).Section().Interface(options: o => o.Option(2, "eth0\0junk").Option(3, "red \u001b[31m\n").Option(11, [1, 6, 0])));
        Assert.Equal(("eth0", "red \uFFFD[31m\uFFFD", null), (reading.Interfaces[0].Name, reading.Interfaces[0].Description, reading.Interfaces[0].Filter));
    }

    [Fact]
    public void Both_byte_orders_give_the_same_for_any_mix_of_frames()
    {
        string[] described = [.. new[] { false, true }.Select(bigEndian =>
        {
            var random = new Random(11);
            FileBuilder file = new FileBuilder(bigEndian).Section().Interface().Interface(113, 96, o => o.Option(9, 9)).Interface(276, 0, o => o.Option(9, 0x8A));
            for (int i = 0; i < 5000; i++)
            {
                byte[] bytes = Samples.Bytes(random.Next(100), i);
                uint original = (uint)(bytes.Length + random.Next(-1, 3));
                ulong ticks = (ulong)random.NextInt64(1L << random.Next(63));
                int kind = random.Next(20);
                _ = kind == 0 ? file.Simple((uint)bytes.Length, bytes)
                    : kind == 1 ? file.Block(0x7777, bytes)
                    : kind == 2 ? file.OldPacket(1, 1, ticks, bytes, original)
                    : kind < 6 ? file.Enhanced((uint)random.Next(3), ticks, bytes, original, options: o => o.Option32(2, 2).Option(1, "c"))
                    : file.Enhanced((uint)random.Next(3), ticks, bytes, original);
            }

            Reading reading = Reading.Of(file.Enhanced(3, 1, []));
            Assert.Equal(CaptureEndingKind.Damaged, reading.Ending.Kind);
            Assert.InRange(reading.Frames.Count, 4000, 4999);
            return reading.Describe() + string.Join(',', reading.Interfaces.Select(i => $"{i.Frames} {i.DropCount}")) + reading.FramesLongerThanWire;
        })];
        Assert.Equal(described[0], described[1]);
    }

    [Fact]
    public void Section_length_and_minor_version_2_change_nothing()
    {
        foreach (ulong length in new[] { 0UL, 1UL, 20UL, ulong.MaxValue - 1 })
        {
            Assert.Single(Reading.Of(new FileBuilder(true).Section(minor: 2, sectionLength: length).Interface().Enhanced(0, 1, Samples.Bytes(4)).ToArray()).Frames);
        }
    }

    [Theory]
    [InlineData(0u, 50u, 50, 50)]
    [InlineData(20u, 50u, 20, 50)]
    [InlineData(96u, 50u, 50, 50)]
    public void Simple_packets_end_at_the_snap_length(uint snapLength, uint original, int captured, int wire)
    {
        ReadFrame frame = Assert.Single(Reading.Of(new FileBuilder(false).Section().Interface(snapLength: snapLength)
            .Simple(original, Samples.Bytes(captured))).Frames);
        Assert.Equal((captured, wire), (frame.Bytes.Length, frame.OriginalLength));
    }

    [Fact]
    public void A_drop_count_that_is_not_known_is_not_a_count()
    {
        Reading reading = Reading.Of(Start().OldPacket(0, 0xFFFF, 1, Samples.Bytes(4)));
        Assert.Null(reading.Interfaces[0].DropCount);
        Assert.Equal(0, Reading.Of(Start().OldPacket(0, 0, 1, Samples.Bytes(4))).Interfaces[0].DropCount);
    }

    [Fact]
    public void Drop_counts_do_not_overflow()
    {
        Reading reading = Reading.Of(Start()
            .Enhanced(0, 1, [], options: o => o.Option64(4, ulong.MaxValue))
            .Enhanced(0, 1, [], options: o => o.Option64(4, ulong.MaxValue)));
        Assert.Equal(long.MaxValue, reading.Interfaces[0].DropCount);
    }

    [Fact]
    public void Several_comments_and_unknown_options()
    {
        Reading reading = Reading.Of(Start().Enhanced(0, 1, Samples.Bytes(7), options: o => o
            .Option(1, "one").Option(2988, [0, 0, 0, 1, 2, 3]).Option(1, "zwei ✓").Option(777, Samples.Bytes(3))));
        Assert.Equal(["one", "zwei ✓"], Assert.Single(reading.Frames).Comments);
    }

    [Fact]
    public void Comments_beyond_the_bound_of_a_batch_are_left_out()
    {
        Reading reading = Reading.Of(Start().Enhanced(0, 1, Samples.Bytes(4), options: o =>
        {
            for (int i = 0; i < 5000; i++)
            {
                o.Option(1, "c");
            }

            return o;
        }).Enhanced(0, 2, Samples.Bytes(4)));
        Assert.Equal(2, reading.Frames.Count);
        Assert.Equal(512, reading.Frames[0].Comments.Length);
    }

    [Fact]
    public void Padding_left_out_of_the_block_length()
    {
        FileBuilder file = Start();
        byte[] good = Start().Enhanced(0, 5, Samples.Bytes(5)).ToArray();
        file.U32(6).U32(37).U32(0).U32(0).U32(5).U32(5).U32(5).Raw(Samples.Bytes(5)).Pad().U32(37);
        Assert.Equal(good.Length, file.Length);
        Assert.Equal(Samples.Bytes(5), Assert.Single(Reading.Of(file.Enhanced(0, 6, []).ToArray()).Frames.Take(1)).Bytes);
        Assert.Equal(CaptureEndingKind.Complete, Reading.Of(file).Ending.Kind);
    }

    [Fact]
    public void Blocks_larger_than_the_window_are_passed_over()
    {
        Reading reading = Reading.Of(Start()
            .Block(0x7777, new byte[3_000_000])
            .Enhanced(0, 1, Samples.Bytes(9))
            .Block(4, new byte[1_000_003])
            .Enhanced(0, 2, Samples.Bytes(10)));
        Assert.Equal([9, 10], reading.Frames.Select(f => f.Bytes.Length));
        Assert.Equal(CaptureEndingKind.Complete, reading.Ending.Kind);
    }

    [Fact]
    public void The_frame_of_a_block_larger_than_the_window_is_read()
    {
        Reading reading = Reading.Of(Start()
            .Enhanced(0, 1, Samples.Bytes(262_144), options: o =>
            {
                for (int i = 0; i < 20; i++)
                {
                    o.Option(1, new byte[60_000]);
                }

                return o;
            })
            .Enhanced(0, 2, Samples.Bytes(10)));
        Assert.Equal([262_144, 10], reading.Frames.Select(f => f.Bytes.Length));
        Assert.Equal(Samples.Bytes(262_144), reading.Frames[0].Bytes);
        Assert.Equal(CaptureEndingKind.Complete, reading.Ending.Kind);
    }

    [Fact]
    public void An_interface_description_larger_than_the_window_is_refused()
    {
        FileBuilder file = new FileBuilder(false).Section();
        int at = file.Length;
        Reading.Of(file.Block(1, new byte[600_000])).Ends(CaptureEndingKind.LimitExceeded, at, "Interface Description Block of 600012 bytes");
    }

    [Fact]
    public void Interfaces_without_end_are_refused()
    {
        FileBuilder file = new FileBuilder(false).Section();
        for (int i = 0; i < 65_537; i++)
        {
            file.Interface();
        }

        Reading reading = Reading.Of(file.Enhanced(0, 1, []));
        Assert.Equal(65_536, reading.Interfaces.Count);
        reading.Ends(CaptureEndingKind.LimitExceeded, 28 + (65_536 * 20), "more than 65536 interfaces");
    }

    [Fact]
    public void Interface_names_without_end_are_refused()
    {
        FileBuilder file = new FileBuilder(false).Section();
        for (int i = 0; i < 400; i++)
        {
            file.Interface(options: o => o.Option(3, new string('d', 60_000)));
        }

        Reading reading = Reading.Of(file);
        Assert.Equal(CaptureEndingKind.LimitExceeded, reading.Ending.Kind);
        Assert.InRange(reading.Interfaces.Count, 279, 281);
    }

    public static TheoryData<string, string> BadBlocks() => new()
    {
        { "trailer", "claims a length of 36 bytes at its start and another at its end" },
        { "too short", "claims a length of 11 bytes; the shortest has 12" },
        { "zero", "claims a length of 0 bytes; the shortest has 12" },
        { "packet too short", "an Enhanced Packet Block claims a length of 28 bytes; the shortest has 32" },
        { "old packet too short", "a Packet Block claims a length of 28 bytes; the shortest has 32" },
        { "simple too short", "a Simple Packet Block claims a length of 12 bytes; the shortest has 16" },
        { "interface too short", "an Interface Description Block claims a length of 16 bytes; the shortest has 20" },
        { "statistics too short", "an Interface Statistics Block claims a length of 20 bytes; the shortest has 24" },
        { "section too short", "a Section Header Block claims a length of 24 bytes; the shortest has 28" },
        { "captured over block", "frame 2 claims 100 bytes in a block of 36" },
        { "simple over block", "frame 2 claims 100 bytes in a block of 20" },
        { "captured over limit", "frame 2 claims 262145 bytes; no frame has more than 262144" },
        { "captured huge", "frame 2 claims 4294967295 bytes" },
        { "interface", "frame 2 names interface 1 of a section that describes 1" },
        { "old interface", "frame 2 names interface 9 of a section that describes 1" },
        { "statistics interface", "an Interface Statistics Block names interface 4 of a section that describes 1" },
        { "option over block", "the options of frame 2 are malformed" },
        { "flags length", "the options of frame 2 are malformed" },
        { "drops length", "the options of frame 2 are malformed" },
        { "interface option", "the options of an Interface Description Block are malformed" },
        { "resolution length", "the time options of an Interface Description Block are malformed" },
        { "statistics option", "the options of an Interface Statistics Block are malformed" },
        { "byte order", "a Section Header Block has the byte-order magic 0x12345678" },
        { "version", "a section has version 2.0; only 1.0 is known" },
        { "passed trailer", "a Name Resolution Block claims a length of 16 bytes at its start and another at its end" },
        { "no interface", "frame 2 stands before any Interface Description Block" },
    };

    [Theory]
    [MemberData(nameof(BadBlocks))]
    public void A_bad_block_stops_the_reading_where_it_stands(string what, string reason)
    {
        byte[] four = Samples.Bytes(4);
        FileBuilder file = Start().Enhanced(0, 1, four, options: o => o.Option(1, "kept"));
        int at = file.Length;
        _ = what switch
        {
            "trailer" => file.Block(6, b => b.U32(0).U32(0).U32(1).U32(4).U32(4).Raw(four), trailer: 40),
            "too short" => file.Block(0x7777, four, length: 11),
            "zero" => file.Raw(new byte[64]),
            "packet too short" => file.Block(6, new byte[16]),
            "old packet too short" => file.Block(2, new byte[16]),
            "simple too short" => file.Block(3, []),
            "interface too short" => file.Block(1, four),
            "statistics too short" => file.Block(5, new byte[8]),
            "section too short" => file.Block(0x0A0D0D0A, b => b.U32(0x1A2B3C4D).U16(1).U16(0).U32(0)),
            "captured over block" => file.Enhanced(0, 1, four, captured: 100),
            "simple over block" => file.Simple(100, four),
            "captured over limit" => file.Enhanced(0, 1, four, captured: 262_145),
            "captured huge" => file.Enhanced(0, 1, four, captured: uint.MaxValue),
            "interface" => file.Enhanced(1, 1, four),
            "old interface" => file.OldPacket(9, 0, 1, four),
            "statistics interface" => file.Statistics(4),
            "option over block" => file.Enhanced(0, 1, four, options: o => o.Option(1, "taken back").U16(1).U16(5).U32(0)),
            "flags length" => file.Enhanced(0, 1, four, options: o => o.Option(2, 1, 2)),
            "drops length" => file.Enhanced(0, 1, four, options: o => o.Option32(4, 1)),
            "interface option" => file.Interface(options: o => o.U16(2).U16(100).U32(0)),
            "resolution length" => file.Interface(options: o => o.Option32(9, 6)),
            "statistics option" => file.Statistics(0, o => o.Option32(4, 6)),
            "byte order" => file.Block(0x0A0D0D0A, b => b.U32(0x12345678).U16(1).U16(0).U64(0)),
            "version" => file.Section(major: 2),
            "passed trailer" => file.Block(4, four, trailer: 20),
            "no interface" => file.Section().Simple(4, four),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        if (what == "no interface")
        {
            at += 28;
        }

        // Sound blocks behind the bad one are not reached.
        Reading reading = Reading.Of(file.Enhanced(0, 1, four));
        reading.Ends(CaptureEndingKind.Damaged, at, reason);
        Assert.Equal(["kept"], Assert.Single(reading.Frames).Comments);
    }

    [Fact]
    public void A_file_cannot_start_with_another_block()
    {
        CaptureException e = Assert.Throws<CaptureException>(() => Reading.Of(new FileBuilder(false).Interface().Section()));
        Assert.Contains("is no capture", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_passed_over_block_that_is_cut_off()
    {
        FileBuilder file = Start();
        int at = file.Length;
        Reading.Of(file.Block(10, new byte[100]).ToArray()[..(at + 60)]).Ends(CaptureEndingKind.Truncated, at, "inside a Decryption Secrets Block");
    }
}
