namespace Whydrop.Evidence;

/// <summary>One typed record of something seen.</summary>
/// <param name="At">Where it was seen.</param>
/// <param name="From">Where it can be looked up again.</param>
public abstract record Fact(VantagePoint At, Provenance From);
