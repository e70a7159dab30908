namespace Whydrop.Capture;

/// <summary>What a pcapng says about one frame beside its bytes: a comment or a count of frames lost before it.</summary>
public struct FrameNote
{
    /// <summary>Index into <see cref="FrameBatch.Frames"/>.</summary>
    public int FrameIndex;

    /// <summary>Where the comment's UTF-8 bytes start in <see cref="FrameBatch.Buffer"/>.</summary>
    public int CommentOffset;

    /// <summary>Length of the comment in bytes; 0 when the note is none.</summary>
    public int CommentLength;

    /// <summary>Frames lost between this frame and the one before it on the same interface (epb_dropcount); 0 when the note is none.</summary>
    public long DropCount;
}
