using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>A fault judged against a case, for one scope.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Status">How sure.</param>
/// <param name="Scope">Where.</param>
/// <param name="Summary">One sentence with the figures of this case.</param>
/// <param name="Explains">How much of the case's loss it accounts for.</param>
/// <param name="Readings">Signature, mechanism, discriminators, support, in this order.</param>
/// <param name="Remedy">What to do here, with this case's names and figures.</param>
/// <param name="Verify">How to see that it helped.</param>
public sealed record Verdict(
    Fault Fault, VerdictStatus Status, Scope Scope, string Summary, Explains Explains, IReadOnlyList<Reading> Readings,
    string Remedy, string Verify)
{
    /// <summary>Where the datagrams it explains were seen, in order, at most a few dozen; empty when it rests on counters.</summary>
    public IReadOnlyList<Provenance> Frames { get; init; } = [];
}
