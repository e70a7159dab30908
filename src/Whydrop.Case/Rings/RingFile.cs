using Whydrop.Capture;
using Whydrop.Case.Opening;

namespace Whydrop.Case.Rings;

/// <summary>A file that its name makes one of a ring, and what a look at its frames' times says.</summary>
internal sealed class RingFile
{
    private RingFile(CaseEntry entry, RingName name)
    {
        Entry = entry;
        Name = name;
    }

    public CaseEntry Entry { get; }

    public RingName Name { get; }

    public long Frames { get; private set; }

    /// <summary>Time of the first frame, nanoseconds since the Unix epoch.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>Time of the latest frame.</summary>
    public long Last { get; private set; } = long.MinValue;

    /// <summary>Longest time between two neighbouring frames, nanoseconds.</summary>
    public long LongestGap { get; private set; }

    /// <summary>It ends behind a whole frame.</summary>
    public bool Whole { get; private set; }

    /// <summary>Format, and of each interface link type, name and snap length: the same in all files that one program wrote.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>Reads the times of all frames; null when the file cannot be read.</summary>
    public static RingFile? Read(CaseEntry entry, RingName name, CancellationToken cancellation)
    {
        try
        {
            using var file = CaptureFile.Open(entry.PhysicalPath);
            using var batch = new FrameBatch();
            var ring = new RingFile(entry, name);
            while (file.Read(batch))
            {
                cancellation.ThrowIfCancellationRequested();
                ring.Take(batch.Frames);
            }

            ring.Frames = file.Frames;
            ring.Whole = file.Ending is null or { Kind: CaptureEndingKind.Complete } && file.FramesWithoutTime == 0;
            ring.Kind = string.Join('|', file.Interfaces.Select(i => $"{i.LinkType},{i.Name},{i.SnapLength}").Prepend(file.Format.Split(',')[0]));
            return ring;
        }
        catch (CaptureException)
        {
            // It is read again as a capture by itself, which says why it cannot be.
            return null;
        }
    }

    private void Take(ReadOnlySpan<CapturedFrame> frames)
    {
        foreach (ref readonly var frame in frames)
        {
            var time = frame.UnixNanoseconds;
            if (Last != long.MinValue)
            {
                LongestGap = Math.Max(LongestGap, time - Last);
            }

            First = Math.Min(First, time);
            Last = Math.Max(Last, time);
        }
    }
}
