namespace Whydrop.Tcp;

/// <summary>How many segments may be recorded in all captures together. Safe for several threads.</summary>
/// <param name="most">That many; 40 bytes each.</param>
public sealed class SegmentAllowance(long most)
{
    private long left = most;

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
