using Whydrop.Diagnosis.View;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>Offloads merge segments before the capture sees them.</summary>
internal sealed class CaptureGsoSuperPacket : CaptureArtefact
{
    public override string Id => "capture-gso-super-packet";

    public override string Name => "Several segments captured as one";

    public override string Fakes => "Datagrams larger than the MTU.";

    public override string Signature => "Captured IP length above the MSS of the connection: segmentation offload on the way out, coalescing on the way in.";

    public override string Handling => "Split into the segments that were on the wire; no judgement on MTU rests on such a length.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Captures
        .Where(c => c.SuperPackets > 0)
        .Select(c => new Artefact(Id, Name, c.At, c.SuperPackets, $"{c.SuperPackets} of {c.TcpSegments} TCP frames are larger than one segment on the wire (TSO, GSO, GRO or LRO)", Handling, [c.From]));
}
