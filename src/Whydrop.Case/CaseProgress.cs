namespace Whydrop.Case;

/// <summary>How far the reading of a case has come.</summary>
/// <param name="BytesRead">Bytes of all files read so far, as they stand on disk.</param>
/// <param name="BytesTotal">Bytes of all files of the case.</param>
/// <param name="Current">The file being read, as a path inside the case.</param>
public readonly record struct CaseProgress(long BytesRead, long BytesTotal, string Current);
