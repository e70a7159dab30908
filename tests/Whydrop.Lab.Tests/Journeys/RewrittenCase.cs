using System.Buffers.Binary;

namespace Whydrop.Lab.Tests.Journeys;

/// <summary>A copy of a case whose captures were taken otherwise: with another clock, from later on, with frames missing, or not at all.</summary>
internal sealed class RewrittenCase : IDisposable
{
    private const int FileHeader = 24;
    private const int FrameHeader = 16;

    public RewrittenCase(string original)
    {
        Folder = Directory.CreateTempSubdirectory("whydrop-lab-case-").FullName;
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Folder { get; }

    /// <summary>All captures of a host by a clock that is off, and goes faster by so many millionths.</summary>
    public void Shift(string host, TimeSpan offset, double ppm)
    {
        foreach (var file in Captures(host))
        {
            long? first = null;
            Rewrite(file, (_, time) => (first ??= time) is var begin ? time + (offset.Ticks / 10) + (long)((time - begin) * ppm / 1e6) : time);
        }
    }

    /// <summary>A capture that was started when so much of its time had passed.</summary>
    public void StartLate(string file, double part)
    {
        var (first, last) = (long.MaxValue, 0L);
        Rewrite(file, (_, time) =>
        {
            (first, last) = (Math.Min(first, time), Math.Max(last, time));
            return time;
        });
        Rewrite(file, (_, time) => time < first + (long)((last - first) * part) ? null : time);
    }

    /// <summary>A capture that lacks one frame in so many, and nobody who says so.</summary>
    public void Drop(string file, int oneIn)
    {
        Rewrite(file, (number, time) => number % oneIn == oneIn - 1 ? null : time);
        Remove(Path.ChangeExtension(file, ".tcpdump.txt"));
    }

    public void Remove(string file) => File.Delete(Path.Combine(Folder, file));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private IEnumerable<string> Captures(string host) =>
        Directory.EnumerateFiles(Path.Combine(Folder, host), "*.pcap").Select(f => Path.GetRelativePath(Folder, f));

    /// <param name="change">From number and microseconds since 1970 of a frame to its new time; null leaves it out.</param>
    private void Rewrite(string file, Func<int, long, long?> change)
    {
        var path = Path.Combine(Folder, file);
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(0xA1B2C3D4, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        using var output = File.Create(path);
        output.Write(bytes, 0, FileHeader);
        for (var (at, number) = (FileHeader, 0); at < bytes.Length; number++)
        {
            var header = bytes.AsSpan(at, FrameHeader);
            var length = FrameHeader + BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
            if (change(number, (BinaryPrimitives.ReadUInt32LittleEndian(header) * 1_000_000L) + BinaryPrimitives.ReadUInt32LittleEndian(header[4..])) is { } time)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(time / 1_000_000));
                BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(time % 1_000_000));
                output.Write(bytes, at, length);
            }

            at += length;
        }
    }
}
