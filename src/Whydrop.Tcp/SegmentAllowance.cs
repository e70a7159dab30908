namespace Whydrop.Tcp;

/// <summary>How many segments may be recorded in memory, in all captures together. Safe for several threads.</summary>
/// <param name="most">That many; 40 bytes each.</param>
public sealed class SegmentAllowance(long most)
{
    private long left = most;

    /// <summary>Folder for the segments of captures that have more; null, which is the default, when those are not to be recorded. Twice 40 bytes each while they are put in order.</summary>
    public string? Folder { get; init; }

    /// <summary>Takes some; false when not so many are left, and then none is taken.</summary>
    internal bool Take(long count)
    {
        if (Interlocked.Add(ref left, -count) >= 0)
        {
            return true;
        }

        Return(count);
        return false;
    }

    /// <summary>Gives some back.</summary>
    internal void Return(long count) => Interlocked.Add(ref left, count);
}
