namespace Whydrop.Capture.Tests;

public sealed class SeveralFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("capture-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Frames_are_numbered_on_and_each_file_says_where_it_begins()
    {
        string[] files = [Pcap("a", 300), Pcap("b", 0), Pcap("c", 5)];

        Reading all = Reading.Of(CaptureFile.Open(files));

        Assert.Equal(Enumerable.Range(0, 300).Concat(Enumerable.Range(0, 5)), all.Frames.Select(f => (int)f.Time));
        Assert.Equal(files.Sum(f => new FileInfo(f).Length), all.Length);
        Assert.Equal(all.Length, all.Position);
        using CaptureFile again = CaptureFile.Open(files);
        using var batch = new FrameBatch();
        while (again.Read(batch))
        {
        }

        Assert.Equal([0, 300, 300], again.FramesBefore);
        Assert.Equal(CaptureEndingKind.Complete, again.Ending!.Kind);
    }

    [Fact]
    public void Interfaces_of_later_files_are_those_of_the_first_by_place_link_type_and_name()
    {
        string first = Pcapng("a", dropped: 3, "eth0", "tunl0"), second = Pcapng("b", dropped: 7, "eth0", "tunl0", "cali1");

        Reading all = Reading.Of(CaptureFile.Open([first, second]));

        Assert.Equal([("eth0", 2L), ("tunl0", 2L), ("cali1", 1L)], all.Interfaces.Select(i => (i.Name!, i.Frames)));
        Assert.Equal([0, 1, 0, 1, 2], all.Frames.Select(f => f.Interface));
        // Counted from the start of the capture, not of the file.
        Assert.Equal(7, all.Interfaces[0].OsDropped);
    }

    [Fact]
    public void A_file_that_is_cut_short_or_gone_ends_the_capture_there()
    {
        string cut = Pcap("cut", 3), last = Pcap("last", 3);
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^1]);

        Reading short1 = Reading.Of(CaptureFile.Open([cut, last])), gone = Reading.Of(CaptureFile.Open([last, Path.Combine(_folder, "gone")]));

        Assert.Equal((2, CaptureEndingKind.Truncated), (short1.Frames.Count, short1.Ending.Kind));
        Assert.Equal((3, CaptureEndingKind.Truncated), (gone.Frames.Count, gone.Ending.Kind));
    }

    private string Pcap(string name, int frames)
    {
        string path = Path.Combine(_folder, name);
        using CaptureWriter writer = CaptureWriter.Pcap(File.Create(path), 1, nanoseconds: true);
        for (int i = 0; i < frames; i++)
        {
            writer.Write(i, new byte[60], 60);
        }

        return path;
    }

    private string Pcapng(string name, long dropped, params string[] interfaces)
    {
        string path = Path.Combine(_folder, name);
        using CaptureWriter writer = CaptureWriter.Pcapng(File.Create(path));
        foreach (string device in interfaces)
        {
            int index = writer.AddInterface(1, device);
            writer.Write(index, 1_000_000, new byte[60], 60);
        }

        writer.WriteStatistics(0, 2_000_000, received: 9, osDropped: dropped);
        return path;
    }
}
