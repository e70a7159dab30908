namespace Whydrop.Evidence.Capture;

/// <summary>What became of one transmission of a byte range.</summary>
public enum Fate
{
    /// <summary>Not decided by what was seen.</summary>
    Unknown,

    /// <summary>It reached the receiver.</summary>
    Delivered,

    /// <summary>Seen here, never reached the receiver.</summary>
    LostAfter,

    /// <summary>Never reached this place although it was sent.</summary>
    LostBefore,

    /// <summary>It arrived later than bytes sent after it.</summary>
    Reordered,

    /// <summary>The network delivered it more than once.</summary>
    Duplicated,

    /// <summary>The same datagram captured again.</summary>
    Copied,

    /// <summary>It came by more than twice with falling TTL.</summary>
    Looped,

    /// <summary>The receiver already had these bytes.</summary>
    RetransmittedNeedlessly,

    /// <summary>This capture never saw it, and nothing says that it was lost: it was acknowledged, or nobody spoke of it.</summary>
    NotCaptured,
}
