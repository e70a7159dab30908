using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>The same connection seen in two captures, or twice in one, whatever NAT and tunnels changed.</summary>
/// <param name="Capture">Capture nearer to the client (<see cref="CaptureSummary.Capture"/>); <see cref="Fact.At"/> is its vantage point.</param>
/// <param name="Flow">Connection there.</param>
/// <param name="OtherAt">Vantage point of the other sighting.</param>
/// <param name="OtherCapture">Capture of the other sighting; may be the same one.</param>
/// <param name="OtherFlow">Connection there.</param>
/// <param name="MatchedSegments">Segments recognised as the same in both.</param>
/// <param name="ByHandshake">The initial sequence numbers of both directions agree.</param>
/// <param name="Translated">Addresses or ports differ: NAT between the two.</param>
/// <param name="ClockOffset">Clock of the other minus clock of this one.</param>
/// <param name="ClockError">Half the uncertainty of that offset; <see cref="TimeSpan.MaxValue"/> when only one direction of travel was seen in both.</param>
public sealed record FlowPairing(
    VantagePoint At, Provenance From, int Capture, int Flow, VantagePoint OtherAt, int OtherCapture, int OtherFlow,
    int MatchedSegments, bool ByHandshake, bool Translated, TimeSpan ClockOffset, TimeSpan ClockError) : Fact(At, From)
{
    /// <summary>The end called client here is called server there (both captures began without the SYN).</summary>
    public bool RolesSwapped { get; init; }

    /// <summary>What a middlebox adds to sequence numbers of the client here on their way to the other place, modulo 2^32; 0 when it leaves them alone.</summary>
    public uint ClientSequenceShift { get; init; }

    /// <summary>The same for sequence numbers of the server: number at the other place minus number here.</summary>
    public uint ServerSequenceShift { get; init; }

    /// <summary>Independent evidence for the pairing in bits, beyond what chance among all compared segments could produce.</summary>
    public double SurplusBits { get; init; }
}
