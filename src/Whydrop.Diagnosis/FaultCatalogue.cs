namespace Whydrop.Diagnosis;

/// <summary>Every fault there is, found by type: a new fault class is in it without being registered.</summary>
public static class FaultCatalogue
{
    private static readonly Lazy<IReadOnlyList<Fault>> Found = new(() =>
        [.. typeof(Fault).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(Fault)))
            .Select(t => (Fault)Activator.CreateInstance(t, nonPublic: true)!)
            .OrderBy(f => f.Id, StringComparer.Ordinal)]);

    private static readonly Lazy<IReadOnlyList<CaptureArtefact>> FoundArtefacts = new(() =>
        [.. typeof(CaptureArtefact).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(CaptureArtefact)))
            .Select(t => (CaptureArtefact)Activator.CreateInstance(t, nonPublic: true)!)
            .OrderBy(a => a.Id, StringComparer.Ordinal)]);

    /// <summary>All faults, by id.</summary>
    public static IReadOnlyList<Fault> All => Found.Value;

    /// <summary>All artefacts of captures and counters, by id.</summary>
    public static IReadOnlyList<CaptureArtefact> Artefacts => FoundArtefacts.Value;

    /// <summary>The fault of that id; null when there is none.</summary>
    public static Fault? Find(string id) => All.FirstOrDefault(f => string.Equals(f.Id, id, StringComparison.Ordinal));
}
