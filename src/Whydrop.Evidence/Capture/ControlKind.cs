namespace Whydrop.Evidence.Capture;

/// <summary>What a TCP segment without data says (RFC 9293, 3.1).</summary>
public enum ControlKind
{
    /// <summary>SYN: opens a connection.</summary>
    Syn,

    /// <summary>SYN and ACK: agrees to it.</summary>
    SynAck,

    /// <summary>FIN: the sender has no more to say.</summary>
    Fin,

    /// <summary>RST: ends it at once.</summary>
    Reset,
}
