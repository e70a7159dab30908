namespace Whydrop.Evidence.Capture;

/// <summary>One bin of a <see cref="LoadTimeline"/>.</summary>
/// <param name="Segments">Data segments that passed.</param>
/// <param name="Bytes">IP bytes of data segments that passed.</param>
/// <param name="LostSegments">Of these, lost further on.</param>
/// <param name="LostBytes">IP bytes of these.</param>
/// <param name="RttMicroseconds">Mean round trip measured in the bin; 0 when none was.</param>
public readonly record struct LoadBin(int Segments, long Bytes, int LostSegments, long LostBytes, int RttMicroseconds);
