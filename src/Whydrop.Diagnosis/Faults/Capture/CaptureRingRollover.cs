using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>A ring of files has holes, or files are missing.</summary>
internal sealed class CaptureRingRollover : CaptureArtefact
{
    public override string Id => "capture-ring-rollover";

    public override string Name => "Silence between capture files";

    public override string Fakes => "Silence on the line.";

    public override string Signature => "Several files of one place that do not touch in time.";

    public override string Handling => "Nothing is concluded about the time between.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.At.Interface is not null && c.First is not null && c.Last is not null)
        .GroupBy(c => c.At)
        .SelectMany(g => g.OrderBy(c => c.First).Zip(g.OrderBy(c => c.First).Skip(1)))
        .Where(p => p.Second.First!.Value - p.First.Last!.Value > Noticeable)
        .Select(p => new Artefact(
            Id, Name, p.First.At, 1, string.Create(null, $"{(p.Second.First!.Value - p.First.Last!.Value).TotalSeconds:0.0} s between two files are not covered"),
            Handling, [p.First.From, p.Second.From]));

    // Files of one ring touch within the time between two packets.
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);
}
