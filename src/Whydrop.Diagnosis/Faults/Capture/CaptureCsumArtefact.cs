using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>Checksum offload: the capture sees the packet before its checksum is made.</summary>
internal sealed class CaptureCsumArtefact : CaptureArtefact
{
    public override string Id => "capture-csum-artefact";

    public override string Name => "Checksums left to the device";

    public override string Fakes => "Corrupted packets.";

    public override string Signature => "Bad TCP checksums only in packets sent by the capturing host; they hold the sum of the pseudo-header.";

    public override string Handling => "Ignored at the sender.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.BadChecksums > 0 && c.BadChecksumsAreOutgoing)
        .Select(c => new Artefact(Id, Name, c.At, c.BadChecksums, $"{c.BadChecksums} TCP checksums are not filled in yet: the device does that after the capture", Handling, [c.From]));
}
