using System.Runtime.CompilerServices;
using Whydrop.Capture;
using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Facts;

/// <summary>Figures of one <see cref="CapturePoint"/>.</summary>
internal sealed class PointTally(CapturePoint point)
{
    public const int Fates = (int)Fate.NotCaptured + 1;

    public CapturePoint Point { get; } = point;

    public long Frames { get; set; }

    public long TcpSegments { get; set; }

    public long First { get; set; } = long.MaxValue;

    public long Last { get; set; } = long.MinValue;

    /// <summary>Time of the frame before, for clock steps.</summary>
    public long Previous { get; set; } = long.MinValue / 2;

    public long CutFrames { get; set; }

    public long CopiedFrames { get; set; }

    public long RoutedCopies { get; set; }

    public long LoopedDatagrams { get; set; }

    public long GroupMessages { get; set; }

    public long SuperPackets { get; set; }

    public long BadChecksums { get; set; }

    /// <summary>Checksums that could be verified.</summary>
    public long VerifiedChecksums { get; set; }

    public long BadChecksumsNotOffload { get; set; }

    public long BackwardSteps { get; set; }

    public long TailLossProbes { get; set; }

    /// <summary>Transmissions by <see cref="Fate"/>; plain deliveries are what is left of all that was sent.</summary>
    public long[] Segments { get; } = new long[Fates];

    public long[] Bytes { get; } = new long[Fates];

    public long[] UniqueBytes { get; } = new long[Fates];

    /// <summary>Delivered bytes that had been delivered before: repeats from before the receiver was first heard.</summary>
    public long DeliveredAgainBytes { get; set; }

    /// <summary>Transmissions among these that never passed here.</summary>
    public long UnseenSegments { get; set; }

    /// <summary>Their bytes.</summary>
    public long UnseenBytes { get; set; }

    /// <summary>Load of what clients sent.</summary>
    public LoadBins FromClient { get; } = new();

    /// <summary>Load of what servers sent.</summary>
    public LoadBins FromServer { get; } = new();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountFrame(in CapturedFrame frame)
    {
        const long step = 1_000_000;
        var time = frame.UnixNanoseconds;
        Frames++;
        First = Math.Min(First, time);
        Last = Math.Max(Last, time);
        if (time < Previous - step)
        {
            BackwardSteps++;
        }

        Previous = time;
        CutFrames += frame.CapturedLength < frame.OriginalLength ? 1 : 0;
    }

    public void Count(Fate fate, long segments, long bytes, long unique)
    {
        Segments[(int)fate] += segments;
        Bytes[(int)fate] += bytes;
        UniqueBytes[(int)fate] += unique;
    }
}
