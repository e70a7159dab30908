using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>Two readings that do not belong together.</summary>
internal sealed class CounterResetOrNetnsMix : CaptureArtefact
{
    public override string Id => "counter-reset-or-netns-mix";

    public override string Name => "Counters that went backwards";

    public override string Fakes => "Growth that never was, or none where there was much.";

    public override string Signature => "A later reading below an earlier one: reboot, a new pod, a 32-bit wrap, or readings of two namespaces.";

    public override string Handling => "No growth is computed from such a pair.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Facts.Of<Gap>()
        .Where(g => g.Reason.StartsWith(Id, StringComparison.Ordinal))
        .Select(g => new Artefact(Id, Name, g.At, 1, g.Reason[Id.Length..].TrimStart(':', ' '), Handling, [g.From]));
}
