using Whydrop.Tests;

namespace Whydrop.Capture.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Reading_allocates_nothing_per_frame(bool pcapng, bool noted)
    {
        byte[] file = Make(pcapng, noted);
        using var batch = new FrameBatch();
        using CaptureFile capture = CaptureFile.Open(new MemoryStream(file), "test");
        // The first batches make the frame notes' array and the code itself.
        for (int i = 0; i < 10; i++)
        {
            Assert.True(capture.Read(batch));
        }

        long sum = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (capture.Read(batch))
        {
            foreach (ref readonly CapturedFrame frame in batch.Frames)
            {
                sum += batch.Bytes(frame)[0];
            }
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(20_000, capture.Frames);
        Assert.True(sum > 0);
        AllocationLimit.Holds("read a frame", allocated, capture.Frames);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Writing_allocates_nothing_per_frame(bool pcapng, bool noted)
    {
        using CaptureWriter writer = pcapng ? CaptureWriter.Pcapng(Stream.Null) : CaptureWriter.Pcap(Stream.Null, 1);
        _ = pcapng ? writer.AddInterface(1) : 0;
        Fill(writer, noted, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(writer, noted, 20_000);
        AllocationLimit.Holds("write a frame", GC.GetAllocatedBytesForCurrentThread() - before, 20_000);
    }

    private static byte[] Make(bool pcapng, bool noted)
    {
        using var stream = new MemoryStream();
        using (CaptureWriter writer = pcapng ? CaptureWriter.Pcapng(stream) : CaptureWriter.Pcap(stream, 1))
        {
            _ = pcapng ? writer.AddInterface(1, "eth0") : 0;
            Fill(writer, noted, 20_000);
        }

        return stream.ToArray();
    }

    private static void Fill(CaptureWriter writer, bool noted, int frames)
    {
        ReadOnlySpan<byte> bytes = Bytes128;
        for (int i = 0; i < frames; i++)
        {
            if (noted)
            {
                writer.Write(0, i, bytes, 1500, 1, "a comment", 1);
            }
            else
            {
                writer.Write(i, bytes, 1500);
            }
        }
    }

    private static readonly byte[] Bytes128 = Samples.Bytes(128);
}
