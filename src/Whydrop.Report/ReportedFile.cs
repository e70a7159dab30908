namespace Whydrop.Report;

/// <summary>One file of the case in a report.</summary>
/// <param name="Path">Path inside the case.</param>
/// <param name="Kind">"capture", "text", "archive", "unrecognised", …</param>
/// <param name="At">Where it was taken; "?" when not known.</param>
/// <param name="How">What was made of it.</param>
public sealed record ReportedFile(string Path, string Kind, string At, string How);
