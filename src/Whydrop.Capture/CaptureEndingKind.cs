namespace Whydrop.Capture;

/// <summary>How a capture file came to its end.</summary>
public enum CaptureEndingKind
{
    /// <summary>The file ends after a whole record.</summary>
    Complete,

    /// <summary>The file ends inside a record: cut off, or still being written.</summary>
    Truncated,

    /// <summary>A record contradicts the format; nothing behind it can be trusted.</summary>
    Damaged,

    /// <summary>The file is well formed but asks for more memory than a capture needs.</summary>
    LimitExceeded,
}
