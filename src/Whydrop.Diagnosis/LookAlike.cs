namespace Whydrop.Diagnosis;

/// <summary>A fault that looks the same at first, and how to tell.</summary>
/// <param name="Id">Id of the other fault.</param>
/// <param name="Difference">What differs.</param>
public sealed record LookAlike(string Id, string Difference);
