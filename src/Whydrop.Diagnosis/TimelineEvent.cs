using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>Something that happened, for a reader who wants the order of events.</summary>
/// <param name="Time">When, by the clock of that place.</param>
/// <param name="At">Where.</param>
/// <param name="What">One line.</param>
/// <param name="From">Where it stands.</param>
public sealed record TimelineEvent(Timestamp Time, VantagePoint At, string What, Provenance From);
