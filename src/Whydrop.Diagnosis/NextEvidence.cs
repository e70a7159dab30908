using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>One thing to collect that would decide what is open. It never proposes "-i any".</summary>
/// <param name="Where">Node, namespace and interface to collect it at; unknown parts are null.</param>
/// <param name="Command">The command to run there, ready to paste.</param>
/// <param name="Duration">How long to run it; null for a snapshot.</param>
/// <param name="Why">What its result would decide.</param>
public sealed record NextEvidence(VantagePoint Where, string Command, TimeSpan? Duration, string Why);
