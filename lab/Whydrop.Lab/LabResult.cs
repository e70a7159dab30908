namespace Whydrop.Lab;

/// <summary>What a run left behind.</summary>
/// <param name="CaseDirectory">The case folder.</param>
/// <param name="TruthFile">The truth, beside the case folder so that a diagnosis does not read it.</param>
/// <param name="Truth">The same, as an object.</param>
/// <param name="Finding">What the diagnosis said; null when none was asked for.</param>
/// <param name="Comparison">The finding against the truth; null when none was asked for.</param>
public sealed record LabResult(string CaseDirectory, string TruthFile, Truth Truth, Finding? Finding, Comparison? Comparison);
