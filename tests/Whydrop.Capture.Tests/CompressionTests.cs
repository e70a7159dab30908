using System.Diagnostics;
using System.IO.Compression;

namespace Whydrop.Capture.Tests;

public sealed class CompressionTests
{
    public static TheoryData<string> Names => Samples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Gzip_gives_the_same_frames(string name)
    {
        Reading reading = Reading.Of(Gzip(Samples.All[name]));
        Assert.Equal(Reading.Of(Samples.All[name]).Describe(), reading.Describe());
        Assert.EndsWith(", gzip", reading.Format, StringComparison.Ordinal);
        Assert.Equal(reading.Length, reading.Position);
    }

    [ZstdTheory]
    [MemberData(nameof(Names))]
    public void Zstd_gives_the_same_frames(string name)
    {
        byte[] packed = Zstd(Samples.All[name]);
        Reading reading = Reading.Of(packed);
        Assert.Equal(Reading.Of(Samples.All[name]).Describe(), reading.Describe());
        Assert.EndsWith(", zstd", reading.Format, StringComparison.Ordinal);
        Assert.Equal(reading.Length, reading.Position);
        Assert.Equal(reading.Describe(), Reading.Of(new TrickleStream(packed, 3)).Describe());
    }

    [Fact]
    public void Gzip_of_several_members()
    {
        byte[] file = Samples.Pcap(true);
        Assert.Equal(Reading.Of(file).Describe(), Reading.Of([.. Gzip(file[..10]), .. Gzip(file[10..70]), .. Gzip(file[70..])]).Describe());
    }

    [ZstdTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Zstd_of_several_frames_and_a_skippable_one(bool skippableFirst)
    {
        byte[] file = Samples.Pcapng(false);
        byte[] skippable = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        byte[] packed = skippableFirst ? [.. skippable, .. Zstd(file)] : [.. Zstd(file[..100]), .. skippable, .. Zstd(file[100..])];
        Assert.Equal(Reading.Of(file).Describe(), Reading.Of(packed).Describe());
    }

    [Fact]
    public void Every_shorter_gzip_gives_what_was_readable() => EveryShorter(Gzip(Many()));

    [ZstdFact]
    public void Every_shorter_zstd_gives_what_was_readable() => EveryShorter(Zstd(Many()));

    private static void EveryShorter(byte[] packed)
    {
        Reading whole = Reading.Of(packed);
        int most = 0;
        for (int length = 4; length < packed.Length; length++)
        {
            try
            {
                Reading cut = Reading.Of(packed[..length]);
                Assert.Equal(CaptureEndingKind.Truncated, cut.Ending.Kind);
                Assert.True(cut.Frames.Count >= most);
                most = cut.Frames.Count;
                Assert.Equal(whole.Frames.Take(most).Select(f => f.Time), cut.Frames.Select(f => f.Time));
            }
            catch (CaptureException e)
            {
                Assert.Equal(0, most);
                Assert.Contains("cut off", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(most, whole.Frames.Count / 2, whole.Frames.Count);
    }

    [Fact]
    public void Damaged_gzip_ends_without_a_throw() => Mutate(Gzip(Many()));

    [ZstdFact]
    public void Damaged_zstd_ends_without_a_throw() => Mutate(Zstd(Many()));

    private static void Mutate(byte[] packed)
    {
        var random = new Random(5);
        int damaged = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] mutated = [.. packed];
            mutated[random.Next(mutated.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                damaged += Reading.Of(mutated).Ending.Kind == CaptureEndingKind.Complete ? 0 : 1;
            }
            catch (CaptureException)
            {
                damaged++;
            }
        }

        Assert.InRange(damaged, 250, 500);
    }

    [ZstdFact]
    public void A_window_too_large_is_a_limit()
    {
        // RFC 8878 3.1.1.1: frame header with a window descriptor of 2^41 bytes.
        CaptureException e = Assert.Throws<CaptureException>(() => Reading.Of([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xF8, 0x01, 0x00, 0x00]));
        Assert.Contains("--long=31", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_is_read_in_bounded_memory()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new FileBuilder(false).Section().Interface().U32(0x7777).U32(1U << 28).ToArray());
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++)
            {
                gzip.Write(zeros);
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Reading reading = Reading.Of(packed.ToArray());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        reading.Ends(CaptureEndingKind.Truncated, 48, "a block of type 0x00007777");
    }

    [Theory]
    [InlineData("04224D18", "lz4")]
    [InlineData("FD377A585A00", "xz")]
    [InlineData("425A6839", "bzip2")]
    public void Other_compressions_name_their_tool(string magic, string tool)
    {
        byte[] file = [.. Convert.FromHexString(magic), .. new byte[40]];
        CaptureException e = Assert.Throws<CaptureException>(() => Reading.Of(file));
        Assert.Equal($"test: is compressed with {tool}, which is not read; unpack it with: {tool} -d", e.Message);
        Assert.False(CaptureFile.Recognise(file));
    }

    internal static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    internal static byte[] Zstd(byte[] bytes)
    {
        using Process zstd = Process.Start(new ProcessStartInfo("zstd", "-q -c") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var feed = new Thread(() =>
        {
            zstd.StandardInput.BaseStream.Write(bytes);
            zstd.StandardInput.Close();
        });
        feed.Start();
        using var packed = new MemoryStream();
        zstd.StandardOutput.BaseStream.CopyTo(packed);
        feed.Join();
        zstd.WaitForExit();
        Assert.Equal(0, zstd.ExitCode);
        return packed.ToArray();
    }

    /// <summary>Incompressible enough for several blocks.</summary>
    private static byte[] Many()
    {
        var random = new Random(1);
        FileBuilder file = new FileBuilder(false).PcapHeader();
        byte[] bytes = new byte[200];
        for (uint i = 0; i < 30; i++)
        {
            random.NextBytes(bytes);
            file.PcapRecord(i, 0, bytes);
        }

        return file.ToArray();
    }
}
