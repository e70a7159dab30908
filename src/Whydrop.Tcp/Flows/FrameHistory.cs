using System.Runtime.CompilerServices;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Flows;

/// <summary>
/// The last frames of the capture, written in order and chained per connection. It is what makes a close look possible at the first
/// anomaly: until then a clean connection keeps nothing per segment.
/// </summary>
internal sealed unsafe class FrameHistory : IDisposable
{
    /// <summary>Frames kept.</summary>
    public const uint Capacity = 1 << 18;
    private readonly NativePages memory = new NativePages(Capacity * (nuint)sizeof(PastFrame)).PreferHugePages();
    private readonly PastFrame* frames;
    private readonly ushort[] windows = new ushort[Capacity];

    public FrameHistory() => frames = (PastFrame*)memory.Start;

    /// <summary>Number of the frame being read.</summary>
    public uint Now { get; set; }

    /// <summary>The frame with this number; null when it is too long ago or was none of a connection.</summary>
    public PastFrame* this[uint frame]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => frame == 0 || Now - frame >= Capacity ? null : frames + (frame & (Capacity - 1)); // SAFETY: masked.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(in TcpSegment s, uint frame, uint previous, bool probe)
    {
        var past = frames + (frame & (Capacity - 1)); // SAFETY: masked.
        past->Time = s.Time;
        past->Sequence = s.Sequence;
        past->Acknowledgment = s.Acknowledgment;
        past->Previous = previous;
        past->LengthAndMarks = PastFrame.Pack(s, probe);
        past->TsVal = s.TsVal;
        past->IpId = (ushort)s.IpId;
        past->Ttl = s.Ttl;
        past->Flags = s.Flags;
    }

    /// <summary>Keeps the window field of a frame for <see cref="WindowOf"/>.</summary>
    public void KeepWindow(in TcpSegment s, uint frame) => windows[frame & (Capacity - 1)] = s.Window;

    /// <summary>Window field of a frame that is in the history and for which it was kept.</summary>
    public ushort WindowOf(uint frame) => windows[frame & (Capacity - 1)];

    public void Dispose() => memory.Dispose();
}
