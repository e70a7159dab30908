namespace Whydrop.Journeys.Pairing;

/// <summary>The same segment in two trails, by index.</summary>
internal readonly record struct IndexPair(int A, int B);
