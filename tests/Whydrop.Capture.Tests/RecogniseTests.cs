namespace Whydrop.Capture.Tests;

public sealed class RecogniseTests
{
    public static TheoryData<string> Names => Samples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Captures_are_recognised_by_their_first_bytes(string name)
    {
        byte[] file = Samples.All[name];
        Assert.True(CaptureFile.Recognise(file));
        Assert.True(CaptureFile.Recognise(file.AsSpan(0, 12)));
        Assert.False(CaptureFile.Recognise(file.AsSpan(1)));
        byte[] packed = CompressionTests.Gzip(file);
        Assert.True(CaptureFile.Recognise(packed));
        Assert.True(CaptureFile.Recognise(packed.AsSpan(0, Math.Min(packed.Length, 512))));
    }

    [ZstdTheory]
    [MemberData(nameof(Names))]
    public void Captures_in_zstd_are_recognised(string name) => Assert.True(CaptureFile.Recognise(CompressionTests.Zstd(Samples.All[name])));

    [ZstdFact]
    public void A_zstd_file_of_large_blocks_is_recognised_by_path()
    {
        byte[] noise = new byte[400_000];
        new Random(4).NextBytes(noise);
        FileBuilder file = new FileBuilder(false).PcapHeader();
        for (int at = 0; at < noise.Length; at += 1000)
        {
            file.PcapRecord((uint)at, 0, noise[at..(at + 1000)]);
        }

        byte[] packed = CompressionTests.Zstd(file.ToArray());
        string path = Path.Combine(Path.GetTempPath(), $"whydrop-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(path, packed);
            Assert.True(CaptureFile.Recognise(path));
            Assert.Equal(400, Reading.Of(CaptureFile.Open(path)).Frames.Count);
            File.WriteAllText(path, "a log line");
            Assert.False(CaptureFile.Recognise(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [ZstdFact]
    public void Other_zstd_files_are_not() => Assert.False(CaptureFile.Recognise(CompressionTests.Zstd("a log line\n"u8.ToArray())));

    [Fact]
    public void Other_files_are_not()
    {
        Assert.False(CaptureFile.Recognise([]));
        Assert.False(CaptureFile.Recognise("\n\r\r\nText that starts like a block"u8));
        Assert.False(CaptureFile.Recognise("snoop\0\0\0\0\0\0\u0002"u8));
        Assert.False(CaptureFile.Recognise(CompressionTests.Gzip("a log line\n"u8.ToArray())));
        Assert.False(CaptureFile.Recognise(CompressionTests.Gzip([])));
        Assert.False(CaptureFile.Recognise([0x1F, 0x8B, 8]));
        Assert.False(CaptureFile.Recognise([0x28, 0xB5, 0x2F]));
    }

    [Fact]
    public void Random_heads_do_not_throw()
    {
        var random = new Random(3);
        byte[][] starts = [[], [0x1F, 0x8B, 8], [0x28, 0xB5, 0x2F, 0xFD], [0x0A, 0x0D, 0x0D, 0x0A]];
        for (int i = 0; i < 2000; i++)
        {
            byte[] noise = new byte[random.Next(60)];
            random.NextBytes(noise);
            Assert.False(CaptureFile.Recognise([.. starts[i % 4], .. noise]));
        }
    }

    [Theory]
    [InlineData("/nonexistent/x.pcap", "/nonexistent/x.pcap: does not exist; check the path")]
    [InlineData("/", "/: is a folder, not a capture; name the files in it")]
    [InlineData("", ": cannot be opened")]
    [InlineData("a\0b", "cannot be opened")]
    [InlineData("/dev/null", "/dev/null: is empty; nothing was captured")]
    public void What_cannot_be_opened_is_said_in_one_line(string path, string message)
    {
        CaptureException e = Assert.Throws<CaptureException>(() => CaptureFile.Open(path));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void What_is_no_capture_is_said_with_its_first_bytes()
    {
        CaptureException e = Assert.Throws<CaptureException>(() => Reading.Of("hello, world"u8.ToArray()));
        Assert.Equal("test: is no capture, it starts with 68656c6c; pcap and pcapng are read, other formats convert with: editcap", e.Message);
    }
}
