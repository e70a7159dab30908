namespace Whydrop.Capture;

/// <summary>Where and why the reading of a capture file stopped.</summary>
/// <param name="Kind">Whole, cut off, damaged or too large.</param>
/// <param name="ByteOffset">Offset in bytes of the first byte that was not used, in the uncompressed capture.</param>
/// <param name="FrameNumber">Number of the last frame read, from 1; 0 when there was none.</param>
/// <param name="Reason">One line, without the file's name; empty when <paramref name="Kind"/> is <see cref="CaptureEndingKind.Complete"/>.</param>
public sealed record CaptureEnding(CaptureEndingKind Kind, long ByteOffset, long FrameNumber, string Reason);
