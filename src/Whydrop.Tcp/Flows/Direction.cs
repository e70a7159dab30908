namespace Whydrop.Tcp.Flows;

/// <summary>A connection as seen from the sender of the segment at hand. Pointers into slabs, which never move.</summary>
// SAFETY: the pointers are of slabs that never move and outlive the segment at hand; a ref struct cannot be kept longer.
internal unsafe ref struct Direction
{
    // SAFETY: all point into the records and openings of the flow table, whose blocks stay in place until the analysis is disposed of.
    public FlowRecord* Flow;
    public FlowOpening* Opening;
    public SenderState* Fwd;
    public SenderState* Rev;
    public int Index;
    public bool FromHigh;

    public readonly SenderOpening* FwdOpening => FromHigh ? &Opening->High : &Opening->Low;

    public readonly SenderOpening* RevOpening => FromHigh ? &Opening->Low : &Opening->High;

    /// <summary>The sender is the client.</summary>
    public readonly bool FromClient => ((Opening->Bits & FlowOpening.ClientHigh) != 0) == FromHigh;
}
