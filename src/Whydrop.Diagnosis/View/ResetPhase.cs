namespace Whydrop.Diagnosis.View;

/// <summary>What of a connection had passed when a RST came.</summary>
internal enum ResetPhase
{
    /// <summary>It answers a SYN.</summary>
    Refusal,

    /// <summary>The opening was not complete.</summary>
    Handshake,

    /// <summary>Neither end had said that it is done.</summary>
    Open,

    /// <summary>Its claimed sender had sent a FIN, the other end had not.</summary>
    AfterOwnFin,

    /// <summary>The other end had sent a FIN, its claimed sender had not.</summary>
    AfterPeerFin,

    /// <summary>Both had sent a FIN.</summary>
    AfterBothFins,
}
