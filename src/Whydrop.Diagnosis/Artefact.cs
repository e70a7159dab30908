using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>Something in the captures or counters that looks like trouble and is none, or that limits what can be said.</summary>
/// <param name="Id">Kebab-case id: "capture-any-duplicates".</param>
/// <param name="Name">Its name in words.</param>
/// <param name="At">Where.</param>
/// <param name="Count">How many frames, segments, flows or readings it concerns; <paramref name="Text"/> says which.</param>
/// <param name="Text">One sentence with the figures of this case.</param>
/// <param name="Handling">What was done about it.</param>
/// <param name="Evidence">Where it shows.</param>
public sealed record Artefact(
    string Id, string Name, VantagePoint At, long Count, string Text, string Handling, IReadOnlyList<Provenance> Evidence);
