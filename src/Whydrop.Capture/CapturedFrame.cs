namespace Whydrop.Capture;

/// <summary>One frame of a batch: a descriptor without the bytes.</summary>
public struct CapturedFrame
{
    /// <summary>Capture time, nanoseconds since the Unix epoch.</summary>
    public long UnixNanoseconds;

    /// <summary>Where its bytes start in the batch's buffer.</summary>
    public int Offset;

    /// <summary>Bytes kept.</summary>
    public int CapturedLength;

    /// <summary>Bytes on the wire.</summary>
    public int OriginalLength;

    /// <summary>Index into <see cref="CaptureFile.Interfaces"/>.</summary>
    public int Interface;

    /// <summary>epb_flags of pcapng; 0 when not given.</summary>
    public uint Flags;
}
