namespace Whydrop.Capture;

/// <summary>The interfaces of a capture in several files: each file describes them again.</summary>
/// <param name="first">Those of the first file, which may still grow.</param>
internal sealed class JoinedInterfaces(List<CaptureInterface> first)
{
    private int[] _places = [];
    private List<CaptureInterface>? _of;

    public List<CaptureInterface> All { get; } = first;

    /// <summary>Gives the frames of a later file the interfaces of the whole.</summary>
    /// <param name="frames">Frames as their file numbers them.</param>
    /// <param name="own">The interfaces of that file.</param>
    public void Rename(Span<CapturedFrame> frames, List<CaptureInterface> own)
    {
        Learn(own);
        foreach (ref CapturedFrame frame in frames)
        {
            frame.Interface = _places[frame.Interface];
        }
    }

    /// <summary>Adds what a later file counted.</summary>
    /// <param name="own">The interfaces of that file, which was read to its end.</param>
    public void TakeCounters(List<CaptureInterface> own)
    {
        Learn(own);
        for (int i = 0; i < own.Count; i++)
        {
            (CaptureInterface whole, CaptureInterface part) = (All[_places[i]], own[i]);
            whole.Frames += part.Frames;
            whole.DropCount = whole.DropCount is null && part.DropCount is null ? null : (whole.DropCount ?? 0) + (part.DropCount ?? 0);
            // The kernel counts from the start of the capture, not of the file (pcap_stats).
            whole.Received = Larger(whole.Received, part.Received);
            whole.InterfaceDropped = Larger(whole.InterfaceDropped, part.InterfaceDropped);
            whole.OsDropped = Larger(whole.OsDropped, part.OsDropped);
            whole.FilterAccepted = Larger(whole.FilterAccepted, part.FilterAccepted);
            whole.Delivered = Larger(whole.Delivered, part.Delivered);
            whole.EndUnixNanoseconds = Larger(whole.EndUnixNanoseconds, part.EndUnixNanoseconds);
        }
    }

    private static long? Larger(long? a, long? b) => a is null ? b : b is null || a > b ? a : b;

    private void Learn(List<CaptureInterface> own)
    {
        int known = ReferenceEquals(_of, own) ? _places.Length : 0;
        _of = own;
        if (known == own.Count)
        {
            return;
        }

        Array.Resize(ref _places, own.Count);
        for (int i = known; i < own.Count; i++)
        {
            _places[i] = i < All.Count && Same(All[i], own[i]) ? i : Add(own[i]);
        }
    }

    private static bool Same(CaptureInterface a, CaptureInterface b) => a.LinkType == b.LinkType && a.Name == b.Name && a.SnapLength == b.SnapLength;

    private int Add(CaptureInterface own)
    {
        int found = All.FindIndex(known => Same(known, own));
        if (found >= 0)
        {
            return found;
        }

        All.Add(new CaptureInterface
        {
            Index = All.Count,
            Section = own.Section,
            LinkType = own.LinkType,
            SnapLength = own.SnapLength,
            Name = own.Name,
            Description = own.Description,
            Filter = own.Filter,
            FrameCheckSequenceLength = own.FrameCheckSequenceLength,
            ResolutionNanoseconds = own.ResolutionNanoseconds,
        });
        return All.Count - 1;
    }
}
