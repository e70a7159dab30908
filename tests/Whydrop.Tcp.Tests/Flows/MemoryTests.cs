using Whydrop.Tests;
using System.Runtime.CompilerServices;
using Whydrop.Capture;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Flows;

public class MemoryTests
{
    [Fact]
    public void A_flow_record_is_two_cache_lines_and_a_past_frame_half_of_one()
    {
        Assert.Equal(128, Unsafe.SizeOf<FlowRecord>());
        Assert.Equal(48, Unsafe.SizeOf<SenderState>());
        Assert.Equal(32, Unsafe.SizeOf<PastFrame>());
        Assert.Equal(64, Unsafe.SizeOf<FlowOpening>());
    }

    [Theory]
    [InlineData(false, "analyse a clean packet")]
    [InlineData(true, "analyse a lossy packet")]
    public void Packets_allocate_nothing_on_the_managed_heap(bool losses, string operation)
    {
        var few = Bytes(5_000, losses);
        var many = Bytes(45_000, losses);
        _ = Allocated(few);

        // Blocks of native memory have a handle each; per packet there is nothing.
        AllocationLimit.Holds(operation, Allocated(many) - Allocated(few), 40_000);
    }

    private static long Allocated(byte[] capture)
    {
        using var file = CaptureFile.Open(new MemoryStream(capture), "trace.pcap");
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var analysis = TcpAnalysis.Run(file);
        var after = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(1, analysis.FlowCount);
        return after - before;
    }

    private static byte[] Bytes(int segments, bool losses)
    {
        var trace = new Trace();
        var c = new Conversation(trace);
        c.Handshake(0, 1);
        for (var i = 0; i < segments; i += 4)
        {
            var (at, seq) = (10.0 + (i * 3), 1L + (i * 10));
            c.Data(at, seq, 10);
            c.Data(at + 0.1, seq + 10, 10);
            c.Data(at + 0.2, seq + 20, 20);
            if (losses && i % 80 == 0)
            {
                c.Ack(at + 1, seq + 10, at);
                c.Ack(at + 1.1, seq + 10, at, sack: (seq + 20, seq + 40));
                c.Data(at + 1.2, seq + 10, 10);
            }

            c.Ack(at + 2.5, seq + 40, at + 0.2);
        }

        return trace.ToArray();
    }
}
