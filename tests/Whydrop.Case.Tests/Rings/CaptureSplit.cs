using Whydrop.Capture;

namespace Whydrop.Case.Tests.Rings;

/// <summary>The frames of a capture, to be written again to several files.</summary>
internal sealed class CaptureSplit
{
    private readonly List<(long Time, byte[] Bytes, int Original)> frames = [];
    private readonly int linkType;

    public CaptureSplit(string path)
    {
        using var file = CaptureFile.Open(path);
        using var batch = new FrameBatch();
        while (file.Read(batch))
        {
            foreach (var frame in batch.Frames)
            {
                frames.Add((frame.UnixNanoseconds, batch.Bytes(frame).ToArray(), frame.OriginalLength));
            }
        }

        linkType = file.Interfaces[0].LinkType;
        Name = Path.GetFileNameWithoutExtension(path);
        Folder = Path.GetFileName(Path.GetDirectoryName(path)!);
    }

    public string Name { get; }

    public string Folder { get; }

    public int Count => frames.Count;

    public byte[] Frame(int index) => frames[index].Bytes;

    /// <summary>A file with some of the frames.</summary>
    public byte[] Slice(int begin, int end) => Of(frames[begin..end], linkType);

    /// <summary>Files of so many frames each.</summary>
    public IEnumerable<byte[]> Parts(int size) => Enumerable.Range(0, (Count + size - 1) / size).Select(i => Slice(i * size, Math.Min(Count, (i + 1) * size)));

    public static byte[] Of(IEnumerable<(long Time, byte[] Bytes)> frames) => Of(frames.Select(f => (f.Time, f.Bytes, f.Bytes.Length)), linkType: 1);

    private static byte[] Of(IEnumerable<(long Time, byte[] Bytes, int Original)> frames, int linkType)
    {
        using var stream = new MemoryStream();
        using (var writer = CaptureWriter.Pcap(stream, linkType))
        {
            foreach (var (time, bytes, original) in frames)
            {
                writer.Write(time, bytes, original);
            }
        }

        return stream.ToArray();
    }
}
