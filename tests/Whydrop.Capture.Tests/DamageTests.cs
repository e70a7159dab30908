using System.Diagnostics;

namespace Whydrop.Capture.Tests;

public sealed class DamageTests
{
    public static TheoryData<string> Names => Samples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_shorter_length_gives_the_frames_before_it(string name)
    {
        byte[] file = Samples.All[name];
        Reading whole = Reading.Of(file);
        Assert.Equal(CaptureEndingKind.Complete, whole.Ending.Kind);
        bool pcap = whole.Format.StartsWith("pcap", StringComparison.Ordinal) && whole.Format != "pcapng";
        int header = pcap ? 24 : 12;
        int complete = 0;
        for (int length = 0; length < file.Length; length++)
        {
            if (length < header)
            {
                CaptureException e = Assert.Throws<CaptureException>(() => Reading.Of(file[..length]));
                Assert.DoesNotContain('\n', e.Message);
                Assert.StartsWith("test: ", e.Message, StringComparison.Ordinal);
                continue;
            }

            Reading cut = Reading.Of(file[..length]);
            Assert.Equal(whole.Frames.Take(cut.Frames.Count).Select(Text), cut.Frames.Select(Text));
            Assert.True(cut.Ending.Kind is CaptureEndingKind.Truncated or CaptureEndingKind.Complete, cut.Ending.ToString());
            Assert.InRange(cut.Ending.ByteOffset, 0, length);
            if (cut.Ending.Kind == CaptureEndingKind.Complete)
            {
                complete++;
                Assert.Equal(length, cut.Ending.ByteOffset);
            }
        }

        // Whole records end at as many places as there are records before the last.
        Assert.Equal(pcap ? whole.Frames.Count : (whole.Interfaces.Count / 2 * 12) - 1, complete);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pipe_that_trickles_gives_the_same(string name)
    {
        string whole = Reading.Of(Samples.All[name]).Describe();
        for (int step = 1; step < 60; step++)
        {
            Assert.Equal(whole, Reading.Of(new TrickleStream(Samples.All[name], step)).Describe());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutated_files_end_without_a_throw(string name)
    {
        byte[] file = Samples.All[name];
        var random = new Random(20_261_121);
        int damaged = 0;
        for (int round = 0; round < 4000; round++)
        {
            byte[] mutated = [.. file];
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                int at = random.Next(mutated.Length);
                mutated[at] = random.Next(4) switch { 0 => 0, 1 => 0xFF, 2 => (byte)(mutated[at] ^ (1 << random.Next(8))), _ => (byte)random.Next(256) };
            }

            try
            {
                Reading reading = Reading.Of(mutated);
                damaged += reading.Ending.Kind == CaptureEndingKind.Complete ? 0 : 1;
                Assert.True(reading.Frames.Sum(f => f.Bytes.Length) <= mutated.Length);
            }
            catch (CaptureException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        Assert.InRange(damaged, 1, 4000);
    }

    [Fact]
    public void Random_bytes_behind_a_good_header_end_without_a_throw()
    {
        var random = new Random(7);
        foreach (string name in new[] { "pcap little", "pcap big", "pcapng little", "pcapng big" })
        {
            for (int round = 0; round < 300; round++)
            {
                byte[] noise = new byte[random.Next(4000)];
                random.NextBytes(noise);
                byte[] head = name.StartsWith("pcapng", StringComparison.Ordinal)
                    ? new FileBuilder(name.EndsWith("big", StringComparison.Ordinal)).Section().Interface().ToArray()
                    : Samples.All[name][..24];
                Reading reading = Reading.Of([.. head, .. noise]);
                Assert.True(noise.Length == 0 || reading.Ending.Kind != CaptureEndingKind.Complete);
            }
        }
    }

    [Fact]
    public void A_read_error_ends_the_file_with_its_reason()
    {
        Reading reading = Reading.Of(new FailingStream(Samples.Pcap(false)));
        Assert.Equal(4, reading.Frames.Count);
        reading.Ends(CaptureEndingKind.Damaged, Samples.Pcap(false).Length, "cannot be read further: the cable is out");
    }

    [Fact]
    public void A_growing_file_is_read_as_far_as_its_whole_records()
    {
        string path = Path.Combine(Path.GetTempPath(), $"whydrop-{Guid.NewGuid():N}.pcap");
        try
        {
            byte[] all = Samples.Pcap(false);
            using FileStream writer = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            writer.Write(all.AsSpan(0, 60));
            writer.Flush();
            Reading first = Reading.Of(CaptureFile.Open(path));
            Assert.Single(first.Frames);
            first.Ends(CaptureEndingKind.Truncated, 24 + 26, "cut off, or still being written");
            writer.Write(all.AsSpan(60));
            writer.Flush();
            Assert.Equal(Reading.Of(all).Describe(), Reading.Of(CaptureFile.Open(path)).Describe());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_named_pipe_is_read()
    {
        string path = Path.Combine(Path.GetTempPath(), $"whydrop-{Guid.NewGuid():N}.fifo");
        using (Process made = Process.Start("mkfifo", path))
        {
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
        }

        try
        {
            var writer = new Thread(() => File.WriteAllBytes(path, Samples.Pcapng(true)));
            writer.Start();
            using CaptureFile file = CaptureFile.Open(path);
            Assert.Null(file.Length);
            Assert.Equal(Reading.Of(Samples.Pcapng(true)).Describe(), Reading.Of(file).Describe());
            writer.Join();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Frames_of_a_closed_file_are_gone()
    {
        using var batch = new FrameBatch();
        CaptureFile file = CaptureFile.Open(new MemoryStream(Samples.Pcap(false)), "test");
        Assert.True(file.Read(batch));
        CapturedFrame frame = batch.Frames[0];
        file.Dispose();
        Assert.Equal(0, batch.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Bytes(frame).Length);
        Assert.Throws<ObjectDisposedException>(() => file.Read(batch));
    }

    private static string Text(ReadFrame f) => $"{f.Number} {f.Time} {f.Interface} {f.OriginalLength} {f.Flags} {Convert.ToHexString(f.Bytes)} {string.Join('|', f.Comments)} {f.DropCount}";

    private sealed class FailingStream(byte[] bytes) : MemoryStream(bytes)
    {
        // The base class turns a read into a span into this one, because the type is derived.
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < Length ? base.Read(buffer, offset, count) : throw new IOException("the cable\nis out.");
    }
}
