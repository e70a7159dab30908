using Whydrop.Diagnosis.View;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Capture;

/// <summary>RFC 5961 and RFC 7413 make ACKs and data that look odd.</summary>
internal sealed class FastOpenChallengeAck : CaptureArtefact
{
    public override string Id => "fast-open-challenge-ack";

    public override string Name => "Challenge ACKs and TCP Fast Open";

    public override string Fakes => "Duplicate ACKs, data before the handshake.";

    public override string Signature => "TCPChallengeACK, TCPSYNChallenge or TCPFastOpen counters grow.";

    public override string Handling => "No loss is read from them.";

    internal override IEnumerable<Artefact> Recognise(CaseView view) => view.Facts.Of<CounterDelta>()
        .Where(d => d.Delta > 0 && (d.Name is "TcpExt.TCPChallengeACK" or "TcpExt.TCPSYNChallenge" || d.Name.StartsWith("TcpExt.TCPFastOpen", StringComparison.Ordinal)))
        .GroupBy(d => d.At)
        .Select(g => new Artefact(
            Id, Name, g.Key, g.Sum(d => d.Delta), string.Join(", ", g.Select(d => $"{d.Name} +{d.Delta}")), Handling, [.. g.Select(d => d.From)]));
}
