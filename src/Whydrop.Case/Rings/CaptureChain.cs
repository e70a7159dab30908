using Whydrop.Capture;
using Whydrop.Case.Opening;
using Whydrop.Evidence;

namespace Whydrop.Case.Rings;

/// <summary>One capture of a case: a file, or the files of a ring in the order in which they were written.</summary>
/// <param name="Entries">At least one.</param>
/// <param name="Gaps">What is missing before or behind it.</param>
internal sealed record CaptureChain(IReadOnlyList<CaseEntry> Entries, IReadOnlyList<Gap> Gaps)
{
    private long[] framesBefore = [0];

    /// <summary>The earliest file of the ring of which this is a part, when something is missing between its parts; else null.</summary>
    public CaseEntry? Ring { get; init; }

    /// <summary>The file that stands for all: the earliest.</summary>
    public CaseEntry First => Entries[0];

    /// <summary>Bytes on disk.</summary>
    public long Length => Entries.Sum(e => e.Length);

    /// <summary>Opens all as one.</summary>
    /// <exception cref="CaptureException">The first cannot be opened.</exception>
    public CaptureFile Open() => CaptureFile.Open([.. Entries.Select(e => e.PhysicalPath)]);

    /// <summary>Remembers where each file began, when all have been read.</summary>
    public void Learn(CaptureFile read) => framesBefore = [.. read.FramesBefore];

    /// <summary>The file that holds a frame of the whole, and the frame's number there.</summary>
    public (CaseEntry Entry, long Frame) Find(long frame)
    {
        var file = framesBefore.Length - 1;
        while (file > 0 && framesBefore[file] >= frame)
        {
            file--;
        }

        return (Entries[file], frame - framesBefore[file]);
    }

    /// <summary>Where a frame of the whole can be looked up.</summary>
    public Provenance Find(Provenance place)
    {
        if (place.Frame is not { } frame || Entries.Count == 1)
        {
            return place;
        }

        var (entry, own) = Find(frame);
        return place with { Source = entry.Path, Frame = own };
    }
}
