namespace Whydrop.Capture.Tests;

/// <summary>A frame with its bytes and notes, kept beyond the batch.</summary>
internal sealed record ReadFrame(long Number, long Time, int Interface, int OriginalLength, uint Flags, byte[] Bytes, string[] Comments, long DropCount);

/// <summary>A capture read to its end.</summary>
internal sealed record Reading(List<ReadFrame> Frames, CaptureEnding Ending, IReadOnlyList<CaptureInterface> Interfaces, string Format, long Position, long? Length, long FramesWithoutTime, long FramesLongerThanWire)
{
    public static Reading Of(byte[] file) => Of(new MemoryStream(file));

    public static Reading Of(FileBuilder file) => Of(file.ToArray());

    public static Reading Of(Stream stream) => Of(CaptureFile.Open(stream, "test"));

    public static Reading Of(CaptureFile opened)
    {
        using CaptureFile file = opened;
        using var batch = new FrameBatch();
        var frames = new List<ReadFrame>();
        Assert.Null(file.Ending);
        while (file.Read(batch))
        {
            Assert.InRange(batch.Count, 1, FrameBatch.Capacity);
            Assert.Equal(frames.Count + 1, batch.FirstFrameNumber);
            for (int i = 0; i < batch.Count; i++)
            {
                ref readonly CapturedFrame f = ref batch.Frames[i];
                var comments = new List<string>();
                long drops = 0;
                foreach (ref readonly FrameNote note in batch.Notes)
                {
                    if (note.FrameIndex == i)
                    {
                        drops += note.DropCount;
                        if (note.CommentLength > 0)
                        {
                            comments.Add(batch.Comment(note));
                        }
                    }
                }

                Assert.True(f.CapturedLength <= f.OriginalLength);
                Assert.InRange(f.Interface, 0, file.Interfaces.Count - 1);
                frames.Add(new ReadFrame(frames.Count + 1, f.UnixNanoseconds, f.Interface, f.OriginalLength, f.Flags, batch.Bytes(f).ToArray(), [.. comments], drops));
            }
        }

        Assert.Equal(0, batch.Count);
        Assert.NotNull(file.Ending);
        Assert.Equal(frames.Count, file.Ending.FrameNumber);
        Assert.Equal(frames.Count, file.Frames);
        Assert.Equal(frames.Count, file.Interfaces.Sum(i => i.Frames));
        Assert.Equal(file.Ending.Kind == CaptureEndingKind.Complete, file.Ending.Reason.Length == 0);
        Assert.DoesNotContain('\n', file.Ending.Reason);
        CaptureEnding ending = file.Ending;
        Assert.False(file.Read(batch));
        Assert.Same(ending, file.Ending);
        return new Reading(frames, ending, file.Interfaces, file.Format, file.Position, file.Length, file.FramesWithoutTime, file.FramesLongerThanWire);
    }

    /// <summary>Everything a test compares, as text.</summary>
    public string Describe() => string.Join('\n', Frames.Select(f =>
        $"{f.Number} {f.Time} if{f.Interface} {f.OriginalLength} {f.Flags} {Convert.ToHexString(f.Bytes)} [{string.Join('|', f.Comments)}] {f.DropCount}")) + $"\n{Ending}";

    public Reading Ends(CaptureEndingKind kind, long offset, string reason = "")
    {
        Assert.Equal((kind, offset), (Ending.Kind, Ending.ByteOffset));
        Assert.Contains(reason, Ending.Reason, StringComparison.Ordinal);
        return this;
    }
}
